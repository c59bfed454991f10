//! A document as it is stored: canonical content, hash, and the rows of the database.

use super::build::{Draft, DraftLine};
use billing::ids::{CreditNoteId, ImportId, InvoiceId, TenantId};
use billing::invoice::{Content, CreditContent, CreditLine, Issue, Line, LineKind, Origin, Party, TaxLine};
use billing::money::Money;
use billing::pricing::{Proof, RULE_VERSION, Rule, Step};
use billing::time::{Interval, Timestamp};
use rust_decimal::Decimal;
use store::credit_notes::CreditNoteRecord;
use store::invoices::{InvoiceRecord, Issued, LineRecord};

/// What the records of an import share.
#[derive(Debug, Clone)]
pub struct RecordFrame {
    /// The mapping's name: the series of the numbers.
    pub source: String,
    /// The import.
    pub import: Option<ImportId>,
    /// Who imports.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

fn issue(draft: &Draft) -> Issue {
    Issue { number: draft.number.clone(), at: draft.at, day: draft.day, due: draft.due.filter(|_| !draft.is_credit) }
}

/// Steps that add up to the amount of a line: quantity x price or the amount as it was given, and what rounding did.
fn proof(draft: &Draft, line: &DraftLine) -> Proof {
    let priced = line.quantity.zip(line.price);
    let first = match priced {
        Some((quantity, price)) => Step::new(Rule::Units, line.exact).of(quantity, price, Decimal::ONE),
        None => Step::new(Rule::Charge, line.exact),
    };
    let rest = Money::from_minor(line.minor, draft.currency).decimal() - line.exact;
    let rounding = (!rest.is_zero()).then(|| Step::new(Rule::Rounding, rest));
    Proof { steps: [first].into_iter().chain(rounding).collect() }
}

fn line(draft: &Draft, no: u32, line: &DraftLine) -> Line {
    Line {
        no,
        kind: LineKind::Item,
        description: line.text.clone(),
        meter: None,
        unit: line.unit.clone(),
        plan_version: None,
        entitlement: None,
        part: None,
        used: None,
        included: None,
        quantity: line.quantity,
        unrounded: line.exact,
        amount_minor: line.minor,
        proof: proof(draft, line),
    }
}

fn taxes(draft: &Draft) -> Vec<TaxLine> {
    let tax = |(amount_minor, percent): (i64, Decimal)| TaxLine {
        percent,
        net_minor: draft.net_minor,
        amount_minor,
        proof: Proof {
            steps: vec![Step::new(Rule::Charge, Money::from_minor(amount_minor, draft.currency).decimal())],
        },
    };
    draft.tax.map(tax).into_iter().collect()
}

/// The document of an invoice. Who issued it the file does not say.
pub fn content(draft: &Draft, tenant: TenantId) -> Content {
    let lines = (1..).zip(&draft.lines).map(|(no, it)| line(draft, no, it)).collect();
    Content {
        format: Content::FORMAT,
        rule_version: RULE_VERSION,
        issue: Some(issue(draft)),
        tenant,
        subscription: None,
        part: None,
        zone: None,
        plan: None,
        currency: draft.currency,
        seller: Party::default(),
        buyer: draft.buyer.clone(),
        lines,
        net_minor: draft.net_minor,
        taxes: taxes(draft),
        total_minor: draft.total_minor,
        settled: Vec::new(),
        due_minor: draft.total_minor,
        tax_note: None,
        note: draft.note.clone(),
        replaces: None,
    }
}

/// The document of a credit note.
pub fn credit_content(draft: &Draft, tenant: TenantId) -> CreditContent {
    let line = |(no, line): (u32, &DraftLine)| CreditLine {
        no,
        invoice_line: None,
        description: line.text.clone(),
        quantity: line.quantity,
        amount_minor: line.minor,
    };
    CreditContent {
        format: CreditContent::FORMAT,
        issue: issue(draft),
        tenant,
        invoice: draft.invoice.clone(),
        currency: draft.currency,
        seller: Party::default(),
        buyer: draft.buyer.clone(),
        lines: (1..).zip(&draft.lines).map(line).collect(),
        net_minor: draft.net_minor,
        taxes: taxes(draft),
        total_minor: draft.total_minor,
        reason: draft.reason.clone().unwrap_or_else(|| "imported".to_owned()),
    }
}

/// An invoice and its lines as they are stored.
pub fn invoice(
    draft: &Draft,
    tenant: TenantId,
    id: InvoiceId,
    frame: &RecordFrame,
) -> (InvoiceRecord, Vec<LineRecord>) {
    let content = content(draft, tenant);
    let lines = content.lines.iter().map(|line| LineRecord::of(tenant, id, RULE_VERSION, line)).collect();
    let issued = Issued {
        series: frame.source.clone(),
        year: None,
        seq: None,
        number: draft.number.clone(),
        at: draft.at,
        day: draft.day,
        due: draft.due,
        hash: content.hash(),
    };
    let record = InvoiceRecord {
        tenant,
        id,
        origin: Origin::Imported,
        subscription: None,
        period: None,
        interval: draft.period.map(|(start, end)| Interval { start, end }),
        currency: draft.currency,
        status: draft.status,
        hold: None,
        issued: Some(issued),
        net_minor: draft.net_minor,
        tax_minor: draft.tax.map_or(0, |tax| tax.0),
        total_minor: draft.total_minor,
        prepaid_minor: 0,
        paid_minor: draft.paid_minor,
        credited_minor: 0,
        content: content.canonical(),
        replaces: None,
        import: frame.import,
        approved: None,
        created_at: frame.at,
        updated_at: frame.at,
    };
    (record, lines)
}

/// A credit note as it is stored, with the lines of its document.
pub fn credit_note(draft: &Draft, tenant: TenantId, id: CreditNoteId, frame: &RecordFrame) -> CreditNoteRecord {
    let content = credit_content(draft, tenant);
    CreditNoteRecord {
        tenant,
        id,
        origin: Origin::Imported,
        invoice: None,
        dispute: None,
        currency: draft.currency,
        series: frame.source.clone(),
        year: None,
        seq: None,
        number: draft.number.clone(),
        net_minor: draft.net_minor,
        tax_minor: draft.tax.map_or(0, |tax| tax.0),
        total_minor: draft.total_minor,
        issued_at: draft.at,
        issue_day: draft.day,
        reason: content.reason.clone(),
        actor: frame.actor.clone(),
        content: content.canonical(),
        hash: content.hash(),
        import: frame.import,
        created_at: frame.at,
    }
}

/// Whether a stored document is this one, its lines in any order: an export may write rows in another order each time.
pub fn is_same(draft: &Draft, tenant: TenantId, stored: &str) -> bool {
    if draft.is_credit {
        let Ok(mut known) = serde_json::from_str::<CreditContent>(stored) else { return false };
        let mut new = credit_content(draft, tenant);
        let order = |line: &CreditLine| (line.description.clone(), line.quantity, line.amount_minor);
        for lines in [&mut known.lines, &mut new.lines] {
            lines.sort_by_cached_key(order);
            lines.iter_mut().for_each(|line| line.no = 0);
        }
        return known == new;
    }
    let Ok(mut known) = serde_json::from_str::<Content>(stored) else { return false };
    let mut new = content(draft, tenant);
    let order = |line: &Line| (line.description.clone(), line.quantity, line.unrounded);
    for lines in [&mut known.lines, &mut new.lines] {
        lines.sort_by_cached_key(order);
        lines.iter_mut().for_each(|line| line.no = 0);
    }
    known == new
}
