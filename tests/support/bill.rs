//! Issued invoices as a run would leave them, written through the store: for tests of what happens to them afterwards.

use crate::World;
use anyhow::{Context, Result};
use billing::ids::InvoiceId;
use billing::invoice::issue::year_of;
use billing::invoice::{Content, Issue, Line, LineKind, Origin, PartOfPeriod, Party, Status, TaxLine};
use billing::money::{Currency, Money};
use billing::period::PeriodStatus;
use billing::pricing::{Proof, RULE_VERSION, adjust};
use billing::time::{Day, Timestamp};
use rust_decimal::Decimal;
use store::Store;
use store::invoices::{InvoiceRecord, Issued, LineRecord, lines, series, write};
use uuid::Uuid;

/// An invoice to issue.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// The tenant, by number from 0.
    pub tenant: usize,
    /// The period, by number from 0; January is the first.
    pub period: usize,
    /// Net amounts of the lines in minor units. The first is a fee; of the others those above 0 are use of `calls`, those
    /// below 0 discounts.
    pub lines: Vec<i64>,
    /// Tax in percent.
    pub tax: i64,
    /// When it is issued.
    pub at: Timestamp,
}

impl Invoice {
    /// The invoice of January of the first tenant, issued on 4 February, without tax.
    pub fn january(lines: &[i64]) -> Self {
        Self { tenant: 0, period: 0, lines: lines.to_vec(), tax: 0, at: crate::at("2026-02-04T10:00:00Z") }
    }

    /// Issues it: its number is the next one, its period is final.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn issue(&self, store: &Store, world: &World) -> Result<InvoiceId> {
        let draft = self.content(world)?;
        let id = InvoiceId::from_uuid(Uuid::from_u64_pair(
            0x1f,
            u64::try_from(self.tenant * 1_000 + self.period * 10).unwrap_or(0) + 1,
        ));
        let day = Day::of(self.at, billing::time::Zone::UTC)?;
        let due = day.plus_days(30)?;
        let (at, year) = (self.at, year_of(day));
        Ok(store
            .write(move |write| {
                let draft = draft.clone();
                Box::pin(async move {
                    let seq = series::take(write, "INV", year, 1).await?;
                    let number = format!("INV-{year}-{seq:06}");
                    let issue = Issue { number: number.clone(), at, day, due: Some(due) };
                    let content = Content { issue: Some(issue), ..draft };
                    let issued = Issued {
                        series: "INV".to_owned(),
                        year: Some(year),
                        seq: Some(seq),
                        number,
                        at,
                        day,
                        due: Some(due),
                        hash: content.hash(),
                    };
                    let record = record(id, &content, issued);
                    let own: Vec<LineRecord> = content
                        .lines
                        .iter()
                        .map(|line| LineRecord::of(record.tenant, id, RULE_VERSION, line))
                        .collect();
                    let (tenant, period) = (record.tenant, record.period);
                    write::insert(write, &[record]).await?;
                    lines::insert(write, &own).await?;
                    if let Some(period) = period {
                        store::periods::set_status(write, tenant, period, PeriodStatus::Finalized).await?;
                    }
                    Ok::<_, store::StoreError>(id)
                })
            })
            .await?)
    }

    fn content(&self, world: &World) -> Result<Content> {
        let tenant = world.tenants[self.tenant];
        let timeline = world.timelines.get(&tenant).context("a tenant of this world")?;
        let subscription = timeline.subscriptions().first().context("a subscription")?.id;
        let period = *timeline.periods(subscription).nth(self.period).context("a period")?;
        let plan_version = timeline.entitlements().first().context("an entitlement")?.plan_version;
        let part = PartOfPeriod {
            period: period.id,
            from: period.span.first_day,
            to: period.span.end_day,
            of_days: period.span.days(),
        };
        let line = |(no, amount_minor): (u32, &i64)| {
            let (kind, meter) = match (no, *amount_minor) {
                (1, _) => (LineKind::Fee, None),
                (_, ..0) => (LineKind::Coupon, None),
                _ => (LineKind::Usage, Some(world.meters["calls"].id)),
            };
            Line {
                no,
                kind,
                description: format!("Line {no}"),
                meter,
                unit: None,
                plan_version: Some(plan_version),
                entitlement: None,
                part: Some(part.clone()),
                used: None,
                included: None,
                quantity: None,
                unrounded: Money::from_minor(*amount_minor, Currency::USD).decimal(),
                amount_minor: *amount_minor,
                proof: Proof::default(),
            }
        };
        let net_minor: i64 = self.lines.iter().sum();
        let taxes = self.taxes(net_minor)?;
        let total_minor = net_minor + taxes.iter().map(|tax| tax.amount_minor).sum::<i64>();
        Ok(Content {
            format: Content::FORMAT,
            rule_version: RULE_VERSION,
            issue: None,
            tenant,
            subscription: Some(subscription),
            part: Some(part.clone()),
            zone: Some(timeline.zone()),
            plan: Some("Solo".to_owned()),
            currency: Currency::USD,
            seller: Party { name: "Seller".to_owned(), ..Party::default() },
            buyer: Party { name: "Buyer".to_owned(), ..Party::default() },
            lines: (1..).zip(&self.lines).map(line).collect(),
            net_minor,
            taxes,
            total_minor,
            settled: Vec::new(),
            due_minor: total_minor,
            tax_note: None,
            note: None,
            replaces: None,
        })
    }

    fn taxes(&self, net_minor: i64) -> Result<Vec<TaxLine>> {
        if self.tax == 0 {
            return Ok(Vec::new());
        }
        let percent = Decimal::from(self.tax);
        let tax = adjust::tax(Money::from_minor(net_minor, Currency::USD).decimal(), percent, Some(2))?;
        let amount_minor = Money::rounded(tax.amount, Currency::USD)?.minor();
        Ok(vec![TaxLine { percent, net_minor, amount_minor, proof: tax.proof }])
    }
}

fn record(id: InvoiceId, content: &Content, issued: Issued) -> InvoiceRecord {
    let at = issued.at;
    InvoiceRecord {
        tenant: content.tenant,
        id,
        origin: Origin::Billed,
        subscription: content.subscription,
        period: content.part.as_ref().map(|part| part.period),
        interval: None,
        currency: content.currency,
        status: Status::Finalized,
        hold: None,
        net_minor: content.net_minor,
        tax_minor: content.total_minor - content.net_minor,
        total_minor: content.total_minor,
        prepaid_minor: 0,
        paid_minor: 0,
        credited_minor: 0,
        content: content.canonical(),
        issued: Some(issued),
        replaces: None,
        import: None,
        approved: None,
        created_at: at,
        updated_at: at,
    }
}
