//! `invoice list`: invoices by filter, newest first.

use crate::context::Context;
use crate::output::{self, Form, Outcome};
use operations::bill::invoices;
use operations::error::Result;
use operations::look::find_tenant;
use operations::wire::{InvoiceFilter, InvoiceRow, InvoiceTotal};

/// Arguments of `invoice list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this state: draft, approved, finalized, partially_paid, paid, overdue, uncollectible, void, or open for all
    /// that is still to be paid
    #[arg(long)]
    status: Option<String>,
    /// Only of this tenant: its id, outside id or name
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Issued on this day or later; drafts by the end of their period
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Issued before this day
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Only billed or imported ones
    #[arg(long)]
    origin: Option<String>,
    /// Only drafts that a run left to a person: approval or brake
    #[arg(long)]
    hold: Option<String>,
    /// Only numbers that begin so
    #[arg(long)]
    number: Option<String>,
    /// One page of 200 instead of all of them; standard error tells where the next one begins
    #[arg(long)]
    page: bool,
    /// After this place, which the page before told on standard error
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
}

/// Lists them, page by page.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant_id = match &args.tenant {
        Some(tenant) => Some(find_tenant(&store, tenant).await?.to_string()),
        None => None,
    };
    let filter = InvoiceFilter {
        status: args.status,
        tenant_id,
        from: args.from,
        to: args.to,
        origin: args.origin,
        hold: args.hold,
        number: args.number,
    };
    let mut printer = Printer::new(context.form);
    let (mut after, at) = (args.after, context.host.now());
    loop {
        let page = invoices(&store, &filter, after.as_deref(), at).await?;
        printer.rows(page.rows)?;
        match page.next {
            Some(next) if !args.page => after = Some(next),
            next => {
                printer.end(&page.totals)?;
                if let Some(next) = next {
                    eprintln!("There are more: --after {next}");
                }
                return Ok(Outcome::Done);
            }
        }
    }
}

/// Prints rows as they come: one JSON array, or one table with sums below it.
struct Printer {
    form: Form,
    printed: usize,
    rows: Vec<InvoiceRow>,
}

impl Printer {
    const fn new(form: Form) -> Self {
        Self { form, printed: 0, rows: Vec::new() }
    }

    fn rows(&mut self, rows: Vec<InvoiceRow>) -> Result<()> {
        if self.form == Form::Table {
            self.rows.extend(rows);
            return Ok(());
        }
        let mut text = String::new();
        for row in &rows {
            text += if self.printed == 0 { "[\n" } else { ",\n" };
            text += &output::json(row)?;
            self.printed += 1;
        }
        output::print(&text)
    }

    fn end(self, totals: &[InvoiceTotal]) -> Result<()> {
        if self.form == Form::Json {
            return output::print(if self.printed == 0 { "[]\n" } else { "\n]\n" });
        }
        let row = |row: &InvoiceRow| {
            let period = row.period.as_ref().map(|period| format!("{} to {}", period.from, period.to));
            vec![
                row.number.clone().unwrap_or_else(|| row.invoice_id.clone()),
                row.tenant.clone(),
                row.status.clone(),
                period.unwrap_or_default(),
                row.issue_day.clone().unwrap_or_default(),
                row.due_day.clone().unwrap_or_default(),
                row.currency.clone(),
                row.total.clone(),
                row.open.clone(),
            ]
        };
        let head = ["number", "tenant", "status", "period", "issued", "due", "currency", "total", "open"];
        let mut text = output::table(&head, self.rows.iter().map(row).collect(), 7);
        let sum = |sum: &InvoiceTotal| {
            vec![sum.currency.clone(), sum.count.to_string(), sum.net.clone(), sum.total.clone(), sum.open.clone()]
        };
        text += "\n";
        text += &output::table(&["currency", "invoices", "net", "total", "open"], totals.iter().map(sum).collect(), 1);
        output::print(&text)
    }
}
