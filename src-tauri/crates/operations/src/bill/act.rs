//! What is done with one invoice: approve, finalize, void, reissue, give up (rules, section 7.1).
//!
//! One function makes preview and act; the act holds the locks of tenant, period and invoice while it decides.

use super::found::{self, number, shown};
use super::gather::{Assumed, Gathered, Ground, Key, gather};
use super::issue::{Ids, draft_record, issue_all};
use super::make::{Aim, Made, Unbilled, make, taken};
use super::view::may;
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, Effect, InvoiceActKind, InvoiceActRequest};
use billing::ids::{InvoiceId, WalletEntryId};
use billing::invoice::{Action, Content, Hold, IssuedAs, Line, Standing, Status, WalletEntryKind, issue};
use billing::period::PeriodStatus;
use futures::FutureExt;
use std::sync::Arc;
use store::invoices::one::{self, Moved};
use store::invoices::{InvoiceRecord, write as invoices};
use store::wallets::{self, WalletEntry};
use store::{Read, Store, Write};
use uuid::Uuid;

/// What an act would do.
///
/// # Errors
/// `unknown_invoice`; why the act is refused.
pub async fn invoice_act_preview(store: &Store, host: &dyn Host, request: &InvoiceActRequest) -> Result<Change> {
    let wanted = Wanted::new(host, request)?;
    store
        .read(move |read| {
            async move {
                let invoice = found::invoice(read, wanted.id).await?;
                Ok(prepare(read, &wanted, invoice).await?.change)
            }
            .boxed()
        })
        .await
}

/// Does it, if it still does what the preview said.
///
/// # Errors
/// As [`invoice_act_preview`]; `preview_outdated`, `read_only`.
pub async fn invoice_act(store: &Store, host: &dyn Host, request: &InvoiceActRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { act_in(write, &wanted, &shown).await }.boxed()
        })
        .await
}

struct Wanted {
    id: InvoiceId,
    kind: InvoiceActKind,
    ids: Ids,
    act: Act,
}

impl Wanted {
    fn new(host: &dyn Host, request: &InvoiceActRequest) -> Result<Self> {
        Ok(Self {
            id: asked::id("invoice_id", &request.invoice_id)?,
            kind: request.act,
            ids: Ids::new(host),
            act: Act::new(host, &request.reason)?,
        })
    }

    const fn action(&self) -> Action {
        match self.kind {
            InvoiceActKind::Approve => Action::Approve,
            InvoiceActKind::Finalize => Action::Finalize,
            InvoiceActKind::Void => Action::Void,
            InvoiceActKind::Reissue => Action::Reissue,
            InvoiceActKind::Uncollectible => Action::Uncollectible,
        }
    }
}

/// What is about to be done.
struct Prepared {
    change: Change,
    invoice: InvoiceRecord,
    ground: Ground,
    /// The draft of today, of those acts that look at one.
    made: Option<Made>,
}

async fn prepare(read: &mut Read, wanted: &Wanted, invoice: InvoiceRecord) -> Result<Prepared> {
    let ground = Ground::read(read).await?;
    let replaced_by = one::replaced_by(read, invoice.tenant, invoice.id).await?;
    let is_taken_back = matches!(wanted.kind, InvoiceActKind::Void | InvoiceActKind::Reissue);
    let has_payments =
        is_taken_back && !store::payments::of_invoice(read, invoice.tenant, invoice.id).await?.is_empty();
    let standing = Standing { has_payments, ..invoice.standing(replaced_by.is_some()) };
    let tenant = asked::tenant(read, invoice.tenant).await?.name;
    let subject = Subject { invoice: &invoice, tenant: &tenant };
    if wanted.kind != InvoiceActKind::Finalize {
        may(&invoice, &standing, wanted.action(), wanted.act.at)?;
    }
    let (change, made) = match wanted.kind {
        InvoiceActKind::Approve => {
            let made = today(read, &ground, &invoice, wanted).await?;
            (subject.approve(&made, wanted), Some(made))
        }
        InvoiceActKind::Finalize => {
            let made = today(read, &ground, &invoice, wanted).await?;
            let standing = Standing { status: made.status, hold: made.held, ..standing };
            may(&invoice, &standing, Action::Finalize, wanted.act.at)?;
            if made.gathered.waits {
                let message = "An earlier period of the subscription has no final invoice yet: bill that one first.";
                return Err(OperationError::refused("earlier_period", message).field("invoice_id"));
            }
            (subject.finalize(&made, &ground, wanted)?, Some(made))
        }
        InvoiceActKind::Void => (subject.void(&standing), None),
        InvoiceActKind::Reissue => {
            let made = again(read, &ground, &invoice, wanted).await?;
            let before = invoice.document()?;
            (subject.reissue(&before, &made, &standing), Some(made))
        }
        InvoiceActKind::Uncollectible => (subject.give_up(&standing), None),
    };
    Ok(Prepared { change, invoice, ground, made })
}

/// The draft of today's ledger.
async fn today(read: &mut Read, ground: &Ground, invoice: &InvoiceRecord, wanted: &Wanted) -> Result<Made> {
    if !invoice.status.is_draft() {
        // The rules say why: it is issued, void or imported.
        may(invoice, &invoice.standing(false), wanted.action(), wanted.act.at)?;
    }
    let gathered = gathered(read, ground, invoice, wanted).await?;
    drafted(make(gathered, ground, Aim::Finalize, wanted.act.at))
}

/// The draft that is made of a period again, with what the invoice took out of prepaid credits put back.
async fn again(read: &mut Read, ground: &Ground, invoice: &InvoiceRecord, wanted: &Wanted) -> Result<Made> {
    let mut gathered = gathered(read, ground, invoice, wanted).await?;
    gathered.existing = None;
    gathered.status = PeriodStatus::Closed;
    gathered.facts.replaces = invoice.issued.as_ref().map(|issued| issued.number.clone());
    if invoice.status != Status::Void {
        let given_back = taken_by(read, invoice).await?;
        for wallet in &mut gathered.facts.wallets {
            let back: i64 = given_back.iter().filter(|entry| entry.wallet == wallet.id).map(|it| it.amount_minor).sum();
            wallet.balance_minor -= back;
        }
    }
    drafted(make(gathered, ground, Aim::Finalize, wanted.act.at))
}

async fn gathered(read: &mut Read, ground: &Ground, invoice: &InvoiceRecord, wanted: &Wanted) -> Result<Gathered> {
    let imported = || OperationError::refused("invoice_imported", "It was imported: nothing here made it.");
    let (Some(subscription), Some(period)) = (invoice.subscription, invoice.period) else { return Err(imported()) };
    let key = Key { tenant: invoice.tenant, subscription, period };
    let found = gather(read, ground, &[key], wanted.act.at, &Assumed::default()).await?.pop();
    found.ok_or_else(|| OperationError::failed("corrupt", "The period of this invoice is not there any more."))
}

fn drafted(made: Result<Option<Made>, (Gathered, Unbilled)>) -> Result<Made> {
    match made {
        Ok(Some(made)) => Ok(made),
        Ok(None) => Err(OperationError::refused("nothing_held", "There is nothing to bill in this period any more.")),
        Err((_, unbilled)) => {
            Err(OperationError::refused("not_billable", format!("It cannot be billed: {}", unbilled.message)))
        }
    }
}

/// What an invoice took out of prepaid credits: entries below 0.
async fn taken_by(read: &mut Read, invoice: &InvoiceRecord) -> Result<Vec<WalletEntry>> {
    let all = wallets::entries(read, invoice.tenant).await?;
    let is_taken = |entry: &WalletEntry| entry.invoice == Some(invoice.id) && entry.kind == WalletEntryKind::Invoice;
    Ok(all.into_iter().filter(is_taken).collect())
}

async fn act_in(write: &mut Write, wanted: &Wanted, shown: &str) -> Result<Change> {
    let invoice = found::invoice(write, wanted.id).await?;
    if let Some(period) = invoice.period {
        store::facts::due::lock(write, &[(invoice.tenant, period)]).await?;
    }
    let invoice = one::lock(write, invoice.tenant, invoice.id).await?;
    let prepared = prepare(write, wanted, invoice).await?;
    still_as_shown(&prepared.change, shown)?;
    match wanted.kind {
        InvoiceActKind::Approve => approve(write, wanted, prepared).await,
        InvoiceActKind::Finalize => finalize(write, wanted, prepared).await,
        InvoiceActKind::Void => {
            void(write, wanted, &prepared.invoice).await?;
            record(write, wanted, "invoice.void", prepared).await
        }
        InvoiceActKind::Reissue => reissue(write, wanted, prepared).await,
        InvoiceActKind::Uncollectible => {
            let invoice = &prepared.invoice;
            moved(write, wanted, invoice, Status::Uncollectible).await?;
            record(write, wanted, "invoice.uncollectible", prepared).await
        }
    }
}

async fn record(write: &mut Write, wanted: &Wanted, action: &str, prepared: Prepared) -> Result<Change> {
    let pairs = |of: fn(&Effect) -> String| {
        let effects = prepared.change.effects.iter();
        canonical(&effects.map(|effect| (effect.label.as_str(), of(effect))).collect::<Vec<_>>())
    };
    let recorded = Recorded {
        action,
        tenant: Some(prepared.invoice.tenant),
        subject: prepared.invoice.id.to_string(),
        before: Some(pairs(|effect| effect.before.clone())),
        after: Some(pairs(|effect| effect.after.clone())),
    };
    wanted.act.record(write, recorded).await?;
    Ok(prepared.change)
}

async fn approve(write: &mut Write, wanted: &Wanted, prepared: Prepared) -> Result<Change> {
    let Some(made) = &prepared.made else { return Ok(prepared.change) };
    let approved = InvoiceRecord {
        status: Status::Approved,
        hold: made.held,
        approved: Some((wanted.act.actor.clone(), wanted.act.at)),
        ..draft_record(made, prepared.invoice.id, &wanted.act)
    };
    invoices::rewrite(write, &[approved]).await?;
    record(write, wanted, "invoice.approve", prepared).await
}

async fn finalize(write: &mut Write, wanted: &Wanted, prepared: Prepared) -> Result<Change> {
    let Prepared { mut change, ground, made, .. } = prepared;
    let Some(made) = made else { return Ok(change) };
    let done = issue_all(write, &ground, &wanted.act, &[(made, wanted.ids)]).await?;
    if let (Some(first), Some(done)) = (change.effects.first_mut(), done.first()) {
        first.after.clone_from(&done.number);
    }
    Ok(change)
}

async fn moved(write: &mut Write, wanted: &Wanted, invoice: &InvoiceRecord, status: Status) -> Result<()> {
    let InvoiceRecord { paid_minor, credited_minor, .. } = *invoice;
    let moved = Moved { status, paid_minor, credited_minor };
    Ok(one::set_moved(write, invoice.tenant, invoice.id, moved, wanted.act.at).await?)
}

/// Takes an invoice back, and gives prepaid credits back what it took.
async fn void(write: &mut Write, wanted: &Wanted, invoice: &InvoiceRecord) -> Result<()> {
    let taken = taken_by(write, invoice).await?;
    let back = |entry: WalletEntry| WalletEntry {
        // Taken once and given back once: the id of the one follows from that of the other.
        id: WalletEntryId::from_uuid(Uuid::new_v5(&entry.id.uuid(), b"void")),
        amount_minor: -entry.amount_minor,
        kind: WalletEntryKind::Void,
        at: wanted.act.at,
        actor: wanted.act.actor.clone(),
        reason: wanted.act.reason.clone(),
        ..entry
    };
    let entries: Vec<WalletEntry> = taken.into_iter().map(back).collect();
    wallets::insert_entries(write, &entries).await?;
    moved(write, wanted, invoice, Status::Void).await
}

async fn reissue(write: &mut Write, wanted: &Wanted, prepared: Prepared) -> Result<Change> {
    if prepared.invoice.status != Status::Void {
        void(write, wanted, &prepared.invoice).await?;
    }
    if let Some(made) = &prepared.made {
        let draft = draft_record(made, wanted.ids.invoice, &wanted.act);
        let draft = InvoiceRecord { replaces: Some(prepared.invoice.id), ..draft };
        invoices::insert(write, &[draft]).await?;
    }
    record(write, wanted, "invoice.reissue", prepared).await
}

/// The invoice that is acted on, for what a person is shown.
struct Subject<'s> {
    invoice: &'s InvoiceRecord,
    tenant: &'s str,
}

impl Subject<'_> {
    fn money(&self, minor: i64) -> String {
        shown(minor, self.invoice.currency)
    }

    fn amount(&self, label: &str, before: i64, after: i64) -> Effect {
        effect(label, self.money(before), self.money(after), self.invoice.currency.code())
    }

    fn status(&self, after: &str) -> Effect {
        effect("Status", self.invoice.status.as_str(), after, "")
    }

    fn approve(&self, made: &Made, wanted: &Wanted) -> Change {
        let title = format!("Approve the draft for {}", self.tenant);
        let mut warnings = held_because(made.held);
        if wanted.act.at < made.gathered.closes_at {
            warnings.push(format!(
                "Until {} more use may come: a draft that changes must be approved again.",
                made.gathered.closes_at
            ));
        }
        let total = self.amount("Total", self.invoice.total_minor, made.content.total_minor);
        change(title, vec![self.status(Status::Approved.as_str()), total], warnings)
    }

    fn finalize(&self, made: &Made, ground: &Ground, wanted: &Wanted) -> Result<Change> {
        let account = &made.gathered.facts.account;
        let terms = issue::terms_days(account, &ground.settings);
        let (day, due) = issue::days(wanted.act.at, ground.zone, terms).map_err(found::out_of_range)?;
        let is_note = IssuedAs::of(made.content.total_minor) == IssuedAs::CreditNote;
        let title = match is_note {
            true => format!("Issue the draft for {} as a credit note", self.tenant),
            false => format!("Finalize the draft for {}", self.tenant),
        };
        let mut effects = vec![
            effect("Number", "", "the next number", ""),
            self.amount("Total", self.invoice.total_minor, made.content.total_minor),
            effect("Issued on", "", day.to_string(), ""),
        ];
        if !is_note {
            effects.push(effect("Due on", "", due.to_string(), ""));
            effects.push(self.amount("To be paid", 0, made.content.due_minor));
        }
        for (wallet, amount) in taken(made) {
            let label = format!("Prepaid credit {}", wallet.name);
            effects.push(self.amount(&label, wallet.balance_minor, wallet.balance_minor - amount));
        }
        let mut warnings = Vec::new();
        if is_note {
            warnings
                .push("It came to less than nothing: the amount becomes a prepaid credit of the tenant.".to_owned());
        }
        if wanted.act.at < made.gathered.closes_at {
            warnings.push("The period is closed with it: use that arrives later is late.".to_owned());
        }
        Ok(change(title, effects, warnings))
    }

    fn void(&self, standing: &Standing) -> Change {
        let title = format!("Void invoice {} of {}", number(self.invoice), self.tenant);
        let mut effects = vec![self.status(Status::Void.as_str()), self.amount("Open", standing.open_minor(), 0)];
        if self.invoice.prepaid_minor > 0 {
            effects.push(self.amount("Given back to prepaid credits", 0, self.invoice.prepaid_minor));
        }
        let warning = "Its period is not billed again unless the invoice is reissued.".to_owned();
        change(title, effects, vec![warning])
    }

    fn give_up(&self, standing: &Standing) -> Change {
        let title = format!("Give up what is open of invoice {} of {}", number(self.invoice), self.tenant);
        let open = self.amount("Given up", 0, standing.open_minor());
        change(title, vec![self.status(Status::Uncollectible.as_str()), open], Vec::new())
    }

    /// The difference between the invoice and the draft that stands for it, line by line.
    fn reissue(&self, before: &Content, made: &Made, standing: &Standing) -> Change {
        let after = &made.content;
        let title = format!("Issue invoice {} of {} again", number(self.invoice), self.tenant);
        let mut effects = Vec::new();
        if self.invoice.status != Status::Void {
            effects.push(self.status(Status::Void.as_str()));
            effects.push(self.amount("Open", standing.open_minor(), 0));
        }
        effects.extend(self.lines(before, after));
        effects.push(self.amount("Net", before.net_minor, after.net_minor));
        let tax = |content: &Content| content.total_minor - content.net_minor;
        effects.push(self.amount("Tax", tax(before), tax(after)));
        effects.push(self.amount("Total", before.total_minor, after.total_minor));
        let mut warnings = held_because(made.held);
        if before.total_minor == after.total_minor {
            warnings.push("The new draft comes to the same total.".to_owned());
        }
        change(title, effects, warnings)
    }

    /// Lines that are on one of the two only, or come to another amount.
    fn lines(&self, before: &Content, after: &Content) -> Vec<Effect> {
        let mut rest: Vec<&Line> = after.lines.iter().collect();
        let mut effects = Vec::new();
        for line in &before.lines {
            let same = rest.iter().position(|other| is_same_subject(line, other));
            let now = same.map_or(0, |index| rest.remove(index).amount_minor);
            if now != line.amount_minor {
                effects.push(self.amount(&line.description, line.amount_minor, now));
            }
        }
        effects.extend(rest.iter().map(|line| self.amount(&line.description, 0, line.amount_minor)));
        effects
    }
}

fn is_same_subject(one: &Line, other: &Line) -> bool {
    (one.kind, one.meter, &one.description, &one.part, one.plan_version)
        == (other.kind, other.meter, &other.description, &other.part, other.plan_version)
}

fn held_because(hold: Option<Hold>) -> Vec<String> {
    let sentence = match hold {
        None => return Vec::new(),
        Some(Hold::Approval) => "The tenant's account or the amount asks for approval.",
        Some(Hold::Brake) => "The total is far above the last invoices.",
    };
    vec![sentence.to_owned()]
}
