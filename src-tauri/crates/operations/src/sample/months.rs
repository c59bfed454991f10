//! The months that the sample's tenants were billed for: runs on the fifth of each month, payments that came in since, and
//! a few cases that went wrong.
//!
//! Everything takes the ordinary way of finance: runs, a file of payments, acts with preview and reason.

use super::company::Company;
use crate::bill;
use crate::change::asked;
use crate::dispute;
use crate::error::{OperationError, Result};
use crate::host::{FixedHost, Host};
use crate::wire::{
    CreditPart, CreditRequest, DisputeDecideRequest, DisputeDecision, DisputeRequest, InvoiceActKind,
    InvoiceActRequest, InvoiceFilter, InvoiceLine, InvoiceRow, PaymentsImportRequest, Progress, RunRequest,
};
use billing::time::{Day, Timestamp, Zone};
use std::fmt::Write as _;
use store::Store;
use tokio_util::sync::CancellationToken;

/// Months that were billed; the company is thirteen months old.
const MONTHS: u64 = 13;
/// Ids of the books begin beyond those of everything else.
const SERIES: u64 = 0x5a3b_0000_0000_0000;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
const REASON: &str = "Month end";

/// Bills the months and enters what came of it.
pub(super) async fn write(store: &Store, company: &Company, progress: &(dyn Fn(Progress) + Send + Sync)) -> Result<()> {
    let host = FixedHost::with_series(company.now, SERIES);
    for (number, at) in closings(company.now)?.into_iter().enumerate() {
        progress(Progress { phase: "billing months".to_owned(), done: number as u64, total: Some(MONTHS) });
        host.set_now(at);
        let request = RunRequest { finalize: true, reason: REASON.to_owned(), ..RunRequest::default() };
        bill::run(store, &host, &request, &|_| {}, &CancellationToken::new()).await?;
    }
    host.set_now(company.now);
    progress(Progress { phase: "entering payments".to_owned(), done: MONTHS, total: Some(MONTHS) });
    pay(store, &host, company, &open_invoices(store, &host).await?).await?;
    incidents(store, &host, &open_invoices(store, &host).await?).await
}

/// The fifth of each month at six in the morning, the oldest first, and now.
fn closings(now: Timestamp) -> Result<Vec<Timestamp>> {
    let mut month = Day::of(now, Zone::UTC).map_err(out_of_range)?;
    let mut closings = vec![now];
    for _ in 1..MONTHS {
        let fifth = Day::from_number(month.month_number() * 100 + 5).map_err(out_of_range)?;
        let at = fifth.start(Zone::UTC).and_then(|start| start.plus_micros(DAY_MICROS / 4)).map_err(out_of_range)?;
        if at < now {
            closings.push(at);
        }
        let first = Day::from_number(month.month_number() * 100 + 1).map_err(out_of_range)?;
        month = first.plus_days(-1).map_err(out_of_range)?;
    }
    closings.reverse();
    Ok(closings)
}

/// Everything that is to be paid, the newest first.
async fn open_invoices(store: &Store, host: &FixedHost) -> Result<Vec<InvoiceRow>> {
    let filter = InvoiceFilter { status: Some("open".to_owned()), ..InvoiceFilter::default() };
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = bill::invoices(store, &filter, cursor.as_deref(), host.now()).await?;
        rows.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(rows);
        }
    }
}

/// Most were paid in time, some late, some in part, some not at all; the newest ones are still open.
async fn pay(store: &Store, host: &FixedHost, company: &Company, issued: &[InvoiceRow]) -> Result<()> {
    let mut text = "invoice,amount,currency,received_at,method,reference\n".to_owned();
    for (number, row) in issued.iter().enumerate() {
        let mut random = company.random.stream("payment", number);
        let (Some(invoice), Some(issue_day)) = (&row.number, &row.issue_day) else { continue };
        let days = random.between(3, 41);
        let part = random.between(0, 99);
        let Ok(issued) = format!("{issue_day}T12:00:00Z").parse::<Timestamp>() else { continue };
        let Ok(received_at) = issued.plus_micros(days * DAY_MICROS) else { continue };
        if received_at >= company.now || part < 6 {
            continue;
        }
        let amount = if part < 9 { half(&row.open) } else { row.open.clone() };
        let method = if random.per_mille(300) { "card" } else { "bank" };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{invoice},{amount},{},{received_at},{method},PAY-{number:06}", row.currency);
    }
    let cannot = |error: std::io::Error| {
        OperationError::failed("cannot_write", "The payments of the sample could not be written.").because(error)
    };
    let folder = tempfile::tempdir().map_err(cannot)?;
    let file = folder.path().join("payments.csv");
    std::fs::write(&file, text).map_err(cannot)?;
    let request = PaymentsImportRequest {
        file: file.display().to_string(),
        dry_run: false,
        reason: "Statement of account".to_owned(),
    };
    bill::import_payments(store, host, &request, &CancellationToken::new()).await?;
    Ok(())
}

/// The whole units of an amount.
fn whole(amount: &str) -> i64 {
    amount.split('.').next().and_then(|units| units.parse().ok()).unwrap_or(0)
}

/// Half of an amount in whole units, and at least one.
fn half(amount: &str) -> String {
    (whole(amount) / 2).max(1).to_string()
}

fn out_of_range(error: billing::time::TimeError) -> OperationError {
    OperationError::failed("sample_impossible", "The sample company could not be made.").because(error)
}

/// Disputes that are open, waiting and decided, a credit note out of goodwill, and an invoice that was issued again.
async fn incidents(store: &Store, host: &FixedHost, unpaid: &[InvoiceRow]) -> Result<()> {
    let worth = |row: &&InvoiceRow| row.open.len() >= 5 && row.paid.starts_with('0');
    let mut rows = unpaid.iter().filter(worth).step_by(3);
    // Days from now to the deadline: one has passed.
    let claims = [
        ("We were billed for calls that never connected.", Some(6)),
        ("The overage is twice what our own logs say.", Some(-2)),
        ("An export job ran in a loop after your outage.", None),
    ];
    for (claim, days) in claims {
        let opened = loop {
            let Some(row) = rows.next() else { return Ok(()) };
            if let Some(line) = dearest_usage(store, host, row).await? {
                break open(store, host, row, &line, claim, days).await?;
            }
        };
        if days.is_none() {
            decide(store, host, &opened).await?;
        }
    }
    let Some(row) = rows.next() else { return Ok(()) };
    let credit = CreditRequest {
        invoice_id: row.invoice_id.clone(),
        parts: vec![CreditPart {
            line_no: None,
            amount: Some("1".to_owned()),
            description: Some("Goodwill".to_owned()),
        }],
        dispute_id: None,
        reason: "Goodwill after a slow answer".to_owned(),
    };
    let shown = bill::credit_preview(store, host, &credit).await?;
    bill::credit_act(store, host, &credit, &shown.fingerprint).await?;
    let Some(row) = rows.next() else { return Ok(()) };
    let reissue = InvoiceActRequest {
        invoice_id: row.invoice_id.clone(),
        act: InvoiceActKind::Reissue,
        reason: "The address was wrong".to_owned(),
    };
    let shown = bill::invoice_act_preview(store, host, &reissue).await?;
    bill::invoice_act(store, host, &reissue, &shown.fingerprint).await?;
    Ok(())
}

/// The line of usage that costs most, where one is worth a dispute.
async fn dearest_usage(store: &Store, host: &FixedHost, row: &InvoiceRow) -> Result<Option<InvoiceLine>> {
    let invoice = bill::invoice(store, asked::id("invoice_id", &row.invoice_id)?, host.now()).await?;
    let usage = invoice.lines.into_iter().filter(|line| line.kind == "usage" && whole(&line.amount) > 1);
    Ok(usage.max_by_key(|line| whole(&line.amount)))
}

/// Opens a dispute about half of a line; gives its id.
async fn open(
    store: &Store,
    host: &FixedHost,
    row: &InvoiceRow,
    line: &InvoiceLine,
    claim: &str,
    days: Option<i64>,
) -> Result<String> {
    let today = Day::of(host.now(), Zone::UTC).map_err(out_of_range)?;
    let request = DisputeRequest {
        tenant_id: row.tenant_id.clone(),
        invoice_id: Some(row.invoice_id.clone()),
        claim: claim.to_owned(),
        claimed: Some(half(&line.amount)),
        deadline: days.map(|days| today.plus_days(days)).transpose().map_err(out_of_range)?.map(|day| day.to_string()),
        lines: vec![line.no],
        events: Vec::new(),
    };
    let shown = dispute::dispute_open_preview(store, host, &request).await?;
    dispute::dispute_open_act(store, host, &request, &shown.fingerprint).await?;
    let filter = crate::wire::DisputeFilter {
        invoice_id: Some(row.invoice_id.clone()),
        ..crate::wire::DisputeFilter::default()
    };
    let page = dispute::disputes(store, host.now(), &filter, None).await?;
    page.rows
        .into_iter()
        .next()
        .map(|row| row.dispute_id)
        .ok_or_else(|| OperationError::failed("sample_impossible", "A dispute of the sample was not found again."))
}

async fn decide(store: &Store, host: &FixedHost, dispute_id: &str) -> Result<()> {
    let request = DisputeDecideRequest {
        dispute_id: dispute_id.to_owned(),
        decision: DisputeDecision::Reject,
        parts: Vec::new(),
        reason: "The log of their own gateway shows the calls".to_owned(),
    };
    let shown = dispute::dispute_decide_preview(store, host, &request).await?;
    dispute::dispute_decide_act(store, host, &request, &shown.fingerprint).await?;
    Ok(())
}
