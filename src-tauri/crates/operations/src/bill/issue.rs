//! Issuing drafts: number, hash, lines, what prepaid credits pay, the period final; all in the caller's transaction.
//!
//! A negative total is issued as a credit note, and its draft is dropped: void, without a number, named by the note (rules,
//! section 7.8). Numbers are taken last, because everybody who issues waits for them.

use super::found::out_of_range;
use super::gather::{Ground, Key};
use super::make::{Made, taken};
use super::prepaid;
use crate::change::{Act, canonical};
use crate::error::{OperationError, Result};
use crate::host::Host;
use billing::ids::{AuditId, CreditNoteId, InvoiceId, WalletEntryId};
use billing::invoice::issue::{issued, terms_days, year_of};
use billing::invoice::{Content, Issue, IssuedAs, Number, Origin, Standing, Status, WalletEntryKind, credit};
use billing::money::Money;
use billing::period::PeriodStatus;
use billing::time::Day;
use sha2::{Digest, Sha256};
use store::Write;
use store::audit::AuditRecord;
use store::credit_notes::{self, CreditNoteRecord};
use store::invoices::{InvoiceRecord, Issued, LineRecord, lines, series, write as invoices};
use store::wallets::WalletEntry;
use uuid::Uuid;

/// The new ids that one period may need: the transaction may run again, and must make the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    pub invoice: InvoiceId,
    pub audit: AuditId,
    pub credit_note: CreditNoteId,
    pub prepaid: prepaid::Ids,
}

impl Ids {
    pub fn new(host: &dyn Host) -> Self {
        Self {
            invoice: InvoiceId::from_uuid(host.new_uuid()),
            audit: AuditId::from_uuid(host.new_uuid()),
            credit_note: CreditNoteId::from_uuid(host.new_uuid()),
            prepaid: prepaid::Ids::new(host),
        }
    }
}

/// What was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    pub key: Key,
    pub invoice: InvoiceId,
    pub number: String,
    pub total: Money,
    pub is_credit_note: bool,
}

/// The record of a draft as it is stored: of the invoice that the period has already, or a new one.
pub(crate) fn draft_record(made: &Made, id: InvoiceId, act: &Act) -> InvoiceRecord {
    let content = &made.content;
    let stored = made.gathered.existing.as_ref();
    InvoiceRecord {
        tenant: made.gathered.key.tenant,
        id: stored.map_or(id, |stored| stored.id),
        origin: Origin::Billed,
        subscription: Some(made.gathered.key.subscription),
        period: Some(made.gathered.key.period),
        interval: Some(made.gathered.facts.period.span.interval),
        currency: content.currency,
        status: made.status,
        hold: made.hold,
        issued: None,
        net_minor: content.net_minor,
        tax_minor: content.total_minor - content.net_minor,
        total_minor: content.total_minor,
        prepaid_minor: 0,
        paid_minor: 0,
        credited_minor: 0,
        content: content.canonical(),
        replaces: stored.and_then(|stored| stored.replaces),
        import: None,
        approved: stored.and_then(|stored| stored.approved.clone()).filter(|_| made.status == Status::Approved),
        created_at: stored.map_or(act.at, |stored| stored.created_at),
        updated_at: act.at,
    }
}

/// Writes new records and writes anew those that are there.
pub(crate) async fn store_records(write: &mut Write, all: Vec<(InvoiceRecord, bool)>) -> Result<()> {
    let (there, new): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, is_there)| *is_there);
    let records = |pairs: Vec<(InvoiceRecord, bool)>| pairs.into_iter().map(|(record, _)| record).collect::<Vec<_>>();
    invoices::insert(write, &records(new)).await?;
    Ok(invoices::rewrite(write, &records(there)).await?)
}

/// Issues drafts in their order, and makes their periods final. Tenants and periods are locked.
///
/// # Errors
/// What the store says.
pub(crate) async fn issue_all(
    write: &mut Write,
    ground: &Ground,
    act: &Act,
    drafts: &[(Made, Ids)],
) -> Result<Vec<Done>> {
    let (notes, bills): (Vec<_>, Vec<_>) =
        drafts.iter().partition(|(made, _)| IssuedAs::of(made.content.total_minor) == IssuedAs::CreditNote);
    let periods: Vec<_> = drafts.iter().map(|(made, _)| made.gathered.key.period_of()).collect();
    store::facts::due::set_status(write, &periods, PeriodStatus::Finalized).await?;
    let mut done = issue_bills(write, ground, act, &bills).await?;
    done.extend(issue_notes(write, ground, act, &notes).await?);
    let recorded: Vec<AuditRecord> =
        done.iter().zip(bills.iter().chain(&notes)).map(|(done, (made, ids))| audit(done, made, *ids, act)).collect();
    store::audit::record(write, &recorded).await?;
    Ok(done)
}

async fn issue_bills(write: &mut Write, ground: &Ground, act: &Act, bills: &[&(Made, Ids)]) -> Result<Vec<Done>> {
    if bills.is_empty() {
        return Ok(Vec::new());
    }
    let entries: Vec<WalletEntry> = bills.iter().flat_map(|(made, ids)| wallet_entries(made, *ids, act)).collect();
    store::wallets::insert_entries(write, &entries).await?;
    let day = Day::of(act.at, ground.zone).map_err(out_of_range)?;
    let numbering = &ground.settings.invoice_series;
    let first = series::take(write, numbering, year_of(day), count(bills.len())?).await?;
    let (mut records, mut rows, mut done) = (Vec::new(), Vec::new(), Vec::with_capacity(bills.len()));
    for (seq, (made, ids)) in (first..).zip(bills) {
        let number = Number { series: numbering, year: year_of(day), seq }.to_string();
        let terms = terms_days(&made.gathered.facts.account, &ground.settings);
        let content = issued(made.content.clone(), number.clone(), act.at, ground.zone, terms).map_err(out_of_range)?;
        let record = issued_record(made, *ids, act, &content, (numbering, seq))?;
        let line = |line| LineRecord::of(record.tenant, record.id, content.rule_version, line);
        rows.extend(content.lines.iter().map(line));
        let key = made.gathered.key;
        done.push(Done { key, invoice: record.id, number, total: made.total(), is_credit_note: false });
        records.push((record, made.gathered.existing.is_some()));
    }
    store_records(write, records).await?;
    lines::insert(write, &rows).await?;
    Ok(done)
}

fn issued_record(
    made: &Made,
    ids: Ids,
    act: &Act,
    content: &Content,
    (numbering, seq): (&str, i64),
) -> Result<InvoiceRecord> {
    let issue = content.issue.as_ref().expect("a document that was just issued has its number");
    let canonical = content.canonical();
    let hash: [u8; 32] = Sha256::digest(&canonical).into();
    let draft = draft_record(made, ids.invoice, act);
    let prepaid_minor = content.total_minor.checked_sub(content.due_minor).ok_or_else(overflow)?;
    let standing = Standing {
        status: Status::Finalized,
        origin: Origin::Billed,
        hold: None,
        total_minor: content.total_minor,
        prepaid_minor,
        paid_minor: 0,
        credited_minor: 0,
        has_payments: false,
        is_replaced: false,
    };
    Ok(InvoiceRecord {
        status: standing.settled(),
        hold: None,
        prepaid_minor,
        issued: Some(Issued {
            series: numbering.to_owned(),
            year: Some(year_of(issue.day)),
            seq: Some(seq),
            number: issue.number.clone(),
            at: issue.at,
            day: issue.day,
            due: issue.due,
            hash,
        }),
        content: canonical,
        approved: made.gathered.existing.as_ref().and_then(|stored| stored.approved.clone()),
        ..draft
    })
}

/// What the invoice takes out of each wallet.
fn wallet_entries(made: &Made, ids: Ids, act: &Act) -> Vec<WalletEntry> {
    let invoice = made.gathered.existing.as_ref().map_or(ids.invoice, |stored| stored.id);
    let entry = |(wallet, amount_minor): (&billing::invoice::WalletFacts, i64)| WalletEntry {
        tenant: made.gathered.key.tenant,
        wallet: wallet.id,
        id: entry_id(invoice, wallet.id.uuid()),
        amount_minor: -amount_minor,
        kind: WalletEntryKind::Invoice,
        invoice: Some(invoice),
        payment: None,
        credit_note: None,
        at: act.at,
        actor: act.actor.clone(),
        reason: act.reason.clone(),
    };
    taken(made).map(entry).collect()
}

/// An invoice takes from a wallet once: the id of that entry follows from both.
fn entry_id(invoice: InvoiceId, wallet: Uuid) -> WalletEntryId {
    WalletEntryId::from_uuid(Uuid::new_v5(&invoice.uuid(), wallet.as_bytes()))
}

async fn issue_notes(write: &mut Write, ground: &Ground, act: &Act, notes: &[&(Made, Ids)]) -> Result<Vec<Done>> {
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let day = Day::of(act.at, ground.zone).map_err(out_of_range)?;
    let numbering = &ground.settings.credit_series;
    let dropped = |(made, ids): &&(Made, Ids)| {
        let draft = InvoiceRecord { status: Status::Void, hold: None, ..draft_record(made, ids.invoice, act) };
        (draft, made.gathered.existing.is_some())
    };
    let records: Vec<(InvoiceRecord, bool)> = notes.iter().map(dropped).collect();
    let first = series::take(write, numbering, year_of(day), count(notes.len())?).await?;
    let mut done = Vec::with_capacity(notes.len());
    let mut credits = Vec::with_capacity(notes.len());
    for ((seq, (made, ids)), (draft, _)) in (first..).zip(notes).zip(&records) {
        let number = Number { series: numbering, year: year_of(day), seq }.to_string();
        let issue = Issue { number: number.clone(), at: act.at, day, due: None };
        let reason = "The invoice of this period came to less than nothing.".to_owned();
        let content = credit::of_negative(&made.content, issue, reason).map_err(|_| overflow())?;
        let total = Money::from_minor(content.total_minor, content.currency);
        let key = made.gathered.key;
        done.push(Done { key, invoice: draft.id, number: number.clone(), total: made.total(), is_credit_note: true });
        credits.push((note_record(&content, draft, *ids, act, (numbering, year_of(day), seq)), total, *ids));
    }
    store_records(write, records).await?;
    for (note, total, ids) in credits {
        let (tenant, invoice) = (note.tenant, note.invoice.unwrap_or(ids.invoice));
        credit_notes::insert(write, &[note]).await?;
        let from = prepaid::From::CreditNote(ids.credit_note);
        prepaid::add(write, ids.prepaid, act, (tenant, invoice), total, from).await?;
    }
    Ok(done)
}

fn note_record(
    content: &billing::invoice::CreditContent,
    draft: &InvoiceRecord,
    ids: Ids,
    act: &Act,
    (numbering, year, seq): (&str, i32, i64),
) -> CreditNoteRecord {
    CreditNoteRecord {
        tenant: draft.tenant,
        id: ids.credit_note,
        origin: Origin::Billed,
        invoice: Some(draft.id),
        dispute: None,
        currency: content.currency,
        series: numbering.to_owned(),
        year: Some(year),
        seq: Some(seq),
        number: content.issue.number.clone(),
        net_minor: content.net_minor,
        tax_minor: content.total_minor - content.net_minor,
        total_minor: content.total_minor,
        issued_at: content.issue.at,
        issue_day: content.issue.day,
        reason: content.reason.clone(),
        actor: act.actor.clone(),
        content: content.canonical(),
        hash: content.hash(),
        import: None,
        created_at: act.at,
    }
}

fn audit(done: &Done, made: &Made, ids: Ids, act: &Act) -> AuditRecord {
    let after = canonical(&[
        ("number", done.number.clone()),
        ("total", done.total.to_string()),
        ("currency", done.total.currency().to_string()),
        ("period", made.gathered.key.period.to_string()),
    ]);
    AuditRecord {
        id: ids.audit,
        at: act.at,
        actor: act.actor.clone(),
        action: if done.is_credit_note { "invoice.credit" } else { "invoice.finalize" }.to_owned(),
        tenant: Some(done.key.tenant),
        subject: done.invoice.to_string(),
        before: None,
        after: Some(after),
        reason: act.reason.clone(),
    }
}

fn count(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| overflow())
}

fn overflow() -> OperationError {
    OperationError::failed("overflow", "A sum does not fit into 64 bits.")
}
