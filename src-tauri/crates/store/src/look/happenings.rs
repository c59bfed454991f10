//! What happened to a tenant, an invoice or a dispute: many sources in one line of time, newest first.
//!
//! Each source is read with the same limit from the same place on, and merged here. What has an entry of its own (a
//! payment, a decision) is left out of the audit log's part. The words for people are not made here.

use crate::codec::{At, Id};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::sql::{Sql, statements};
use billing::ids::{DisputeId, InvoiceId, TenantId};
use billing::meter::UnknownWord;
use billing::money::{Currency, Money};
use billing::time::Timestamp;
use uuid::Uuid;

/// Where an entry comes from, in the order in which entries of one instant stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A subscription began; `word` is the plan's name.
    Started,
    /// A subscription ended; `word` is the plan's name.
    Ended,
    /// Another plan version holds; `word` is the plan's name, `detail` the version.
    Plan,
    /// An override was set; `word` is the meter's name, `detail` the reason.
    Override,
    /// An invoice was issued; `word` is its number.
    Invoice,
    /// A credit note was issued; `word` is its number, `detail` the reason.
    CreditNote,
    /// A payment was received; `word` is its method, `detail` its reference.
    Payment,
    /// A level was reached; `word` is the meter's name, `detail` the level.
    Alert,
    /// Use fell below a level again.
    Recovery,
    /// A dispute was opened; `word` is its number, `detail` the claim.
    Dispute,
    /// A dispute was decided; `word` is its number and the decision, `detail` why.
    Decision,
    /// A person wrote; `detail` is what.
    Note,
    /// Any other act on record; `word` is its code, `detail` the reason.
    Audit,
}

impl Source {
    const ALL: [Self; 13] = [
        Self::Started,
        Self::Ended,
        Self::Plan,
        Self::Override,
        Self::Invoice,
        Self::CreditNote,
        Self::Payment,
        Self::Alert,
        Self::Recovery,
        Self::Dispute,
        Self::Decision,
        Self::Note,
        Self::Audit,
    ];

    /// Its code, for a position.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Plan => "plan",
            Self::Override => "override",
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
            Self::Payment => "payment",
            Self::Alert => "alert",
            Self::Recovery => "recovery",
            Self::Dispute => "dispute",
            Self::Decision => "decision",
            Self::Note => "note",
            Self::Audit => "audit",
        }
    }

    const fn of_tenant(self) -> Sql {
        match self {
            Self::Started => STARTED,
            Self::Ended => ENDED,
            Self::Plan => PLANS,
            Self::Override => OVERRIDES,
            Self::Invoice => INVOICES,
            Self::CreditNote => CREDIT_NOTES,
            Self::Payment => PAYMENTS,
            Self::Alert => ALERTS,
            Self::Recovery => RECOVERIES,
            Self::Dispute => DISPUTES,
            Self::Decision => DECISIONS,
            Self::Note => NOTES,
            Self::Audit => AUDIT,
        }
    }
}

impl std::str::FromStr for Source {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let unknown =
            || UnknownWord { text: text.chars().take(80).collect(), expected: &["a source of a line of time"] };
        Self::ALL.into_iter().find(|source| source.as_str() == text).ok_or_else(unknown)
    }
}

/// A place in a line of time: entries after it are older, or of the same instant and later in the order of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When.
    pub at: Timestamp,
    /// From where.
    pub source: Source,
    /// Which one.
    pub id: Uuid,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Where it stands.
    pub place: Place,
    /// The word of its source.
    pub word: String,
    /// More; may be empty.
    pub detail: String,
    /// Who; none for what happened by itself.
    pub actor: Option<String>,
    /// How much.
    pub amount: Option<Money>,
    /// The invoice, credit note or dispute that it is about.
    pub opens: Option<Uuid>,
}

/// What an audit record says that has an entry of its own.
macro_rules! own_entries {
    () => {
        "('override.set', 'credit.issue', 'payment.enter', 'dispute.open', 'dispute.note', 'dispute.decide', 'note.add', 'invoice.finalize')"
    };
}

/// What an audit record tells.
macro_rules! audit_select {
    () => {
        "select at, audit_id, action, reason, actor, cast(null as bigint), cast(null as text), cast(null as uuid) from audit_log
          where tenant_id = $1 and (at, audit_id) < ($2, $3) and action not in "
    };
}

// Every statement takes tenant, instant, id, limit (those of one thing also its id) and gives the same columns: instant,
// id, word, detail, actor, minor units, currency, what it opens.
statements! {
    STARTED = "select s.started_at, s.subscription_id, p.name, '', cast(null as text), cast(null as bigint), cast(null as text), cast(null as uuid)
        from subscriptions s join plans p on p.plan_id = s.plan_id
        where s.tenant_id = $1 and (s.started_at, s.subscription_id) < ($2, $3)
        order by s.started_at desc, s.subscription_id desc limit $4";
    ENDED = "select s.ended_at, s.subscription_id, p.name, '', cast(null as text), cast(null as bigint), cast(null as text), cast(null as uuid)
        from subscriptions s join plans p on p.plan_id = s.plan_id
        where s.tenant_id = $1 and s.ended_at is not null and (s.ended_at, s.subscription_id) < ($2, $3)
        order by s.ended_at desc, s.subscription_id desc limit $4";
    PLANS = "select e.valid_from, e.entitlement_id, p.name, cast(v.version as text), cast(null as text), cast(null as bigint), cast(null as text), cast(null as uuid)
        from entitlements e join plan_versions v on v.plan_version_id = e.plan_version_id join plans p on p.plan_id = v.plan_id
        where e.tenant_id = $1 and (e.valid_from, e.entitlement_id) < ($2, $3) and e.seq > 1
          and not exists (select 1 from entitlements o where o.tenant_id = e.tenant_id and o.subscription_id = e.subscription_id
             and o.seq = e.seq - 1 and o.plan_version_id = e.plan_version_id)
        order by e.valid_from desc, e.entitlement_id desc limit $4";
    OVERRIDES = "select o.created_at, o.override_id, m.name, o.reason, o.actor, cast(null as bigint), cast(null as text), cast(null as uuid)
        from overrides o join meters m on m.meter_id = o.meter_id
        where o.tenant_id = $1 and (o.created_at, o.override_id) < ($2, $3)
        order by o.created_at desc, o.override_id desc limit $4";
    INVOICES = "select issued_at, invoice_id, number, status, cast(null as text), total_minor, currency, invoice_id
        from invoices where tenant_id = $1 and number is not null and (issued_at, invoice_id) < ($2, $3)
        order by issued_at desc, invoice_id desc limit $4";
    CREDIT_NOTES = "select issued_at, credit_note_id, number, reason, actor, total_minor, currency, credit_note_id
        from credit_notes where tenant_id = $1 and (issued_at, credit_note_id) < ($2, $3)
        order by issued_at desc, credit_note_id desc limit $4";
    PAYMENTS = "select received_at, payment_id, method, reference, actor, amount_minor, currency, invoice_id
        from payments where tenant_id = $1 and (received_at, payment_id) < ($2, $3)
        order by received_at desc, payment_id desc limit $4";
    ALERTS = "select a.raised_at, a.alert_id, m.name, a.level, cast(null as text), cast(null as bigint), cast(null as text), cast(null as uuid)
        from alerts a join meters m on m.meter_id = a.meter_id
        where a.tenant_id = $1 and (a.raised_at, a.alert_id) < ($2, $3)
        order by a.raised_at desc, a.alert_id desc limit $4";
    RECOVERIES = "select a.recovered_at, a.alert_id, m.name, a.level, cast(null as text), cast(null as bigint), cast(null as text), cast(null as uuid)
        from alerts a join meters m on m.meter_id = a.meter_id
        where a.tenant_id = $1 and a.recovered_at is not null and (a.recovered_at, a.alert_id) < ($2, $3)
        order by a.recovered_at desc, a.alert_id desc limit $4";
    DISPUTES = "select opened_at, dispute_id, cast(number as text), claim, opened_by, claimed_minor, currency, dispute_id
        from disputes where tenant_id = $1 and (opened_at, dispute_id) < ($2, $3)
        order by opened_at desc, dispute_id desc limit $4";
    DECISIONS = "select decided_at, dispute_id, cast(number as text) || ' ' || decision, decision_reason, decided_by, cast(null as bigint), cast(null as text), dispute_id
        from disputes where tenant_id = $1 and decided_at is not null and (decided_at, dispute_id) < ($2, $3)
        order by decided_at desc, dispute_id desc limit $4";
    NOTES = "select at, note_id, '', body, actor, cast(null as bigint), cast(null as text), dispute_id
        from notes where tenant_id = $1 and (at, note_id) < ($2, $3) order by at desc, note_id desc limit $4";
    AUDIT = sql(Sql::same(concat!(audit_select!(), own_entries!(), " order by at desc, audit_id desc limit $4")));
    CREDIT_NOTES_OF = "select issued_at, credit_note_id, number, reason, actor, total_minor, currency, credit_note_id
        from credit_notes where tenant_id = $1 and (issued_at, credit_note_id) < ($2, $3) and (invoice_id = $5 or dispute_id = $5)
        order by issued_at desc, credit_note_id desc limit $4";
    PAYMENTS_OF = "select received_at, payment_id, method, reference, actor, amount_minor, currency, invoice_id
        from payments where tenant_id = $1 and (received_at, payment_id) < ($2, $3) and invoice_id = $5
        order by received_at desc, payment_id desc limit $4";
    INVOICES_OF = "select issued_at, invoice_id, number, status, cast(null as text), total_minor, currency, invoice_id
        from invoices where tenant_id = $1 and number is not null and (issued_at, invoice_id) < ($2, $3) and invoice_id = $5
        order by issued_at desc, invoice_id desc limit $4";
    DISPUTES_OF = "select opened_at, dispute_id, cast(number as text), claim, opened_by, claimed_minor, currency, dispute_id
        from disputes where tenant_id = $1 and (opened_at, dispute_id) < ($2, $3) and (invoice_id = $5 or dispute_id = $5)
        order by opened_at desc, dispute_id desc limit $4";
    DECISIONS_OF = "select decided_at, dispute_id, cast(number as text) || ' ' || decision, decision_reason, decided_by, cast(null as bigint), cast(null as text), dispute_id
        from disputes where tenant_id = $1 and decided_at is not null and (decided_at, dispute_id) < ($2, $3) and (invoice_id = $5 or dispute_id = $5)
        order by decided_at desc, dispute_id desc limit $4";
    NOTES_OF = "select at, note_id, '', body, actor, cast(null as bigint), cast(null as text), dispute_id
        from notes where tenant_id = $1 and (at, note_id) < ($2, $3) and dispute_id = $5 order by at desc, note_id desc limit $4";
    AUDIT_OF = sql(Sql::same(concat!(audit_select!(), own_entries!(), " and subject = $5 order by at desc, audit_id desc limit $4")));
}

type Row = (At, Uuid, String, String, Option<String>, Option<i64>, Option<String>, Option<Uuid>);

fn happening(source: Source, row: Row) -> Result<Happening> {
    let (at, id, word, detail, actor, minor, currency, opens) = row;
    let amount = match (minor, currency) {
        (Some(minor), Some(code)) => {
            let currency: Currency = code.parse().map_err(StoreError::corrupt)?;
            Some(Money::from_minor(minor, currency))
        }
        _ => None,
    };
    Ok(Happening { place: Place { at: at.0, source, id }, word, detail, actor, amount, opens })
}

/// What a source is compared with: everything older than the place, and of its instant what stands after it.
fn bound(source: Source, after: Option<&Place>) -> Result<(Timestamp, Uuid)> {
    let Some(place) = after else { return Ok((end_of_time()?, Uuid::max())) };
    let id = match source.cmp(&place.source) {
        std::cmp::Ordering::Less => Uuid::nil(),
        std::cmp::Ordering::Equal => place.id,
        std::cmp::Ordering::Greater => Uuid::max(),
    };
    Ok((place.at, id))
}

/// What is planned stands in the line of time, too.
fn end_of_time() -> Result<Timestamp> {
    "9999-12-31T00:00:00Z".parse().map_err(StoreError::corrupt)
}

fn merge(mut found: Vec<Happening>, limit: usize) -> Vec<Happening> {
    found.sort_by(|one, other| {
        let (one, other) = (&one.place, &other.place);
        other.at.cmp(&one.at).then(one.source.cmp(&other.source)).then(other.id.cmp(&one.id))
    });
    found.truncate(limit);
    found
}

/// What happened to a tenant after a place, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn of_tenant(read: &mut Read, tenant: TenantId, after: Option<&Place>, limit: u32) -> Result<Vec<Happening>> {
    let mut found = Vec::new();
    for source in Source::ALL {
        let (at, id) = bound(source, after)?;
        for row in rows!(read, Row, source.of_tenant(), Id(tenant), At(at), id, i64::from(limit))? {
            found.push(happening(source, row)?);
        }
    }
    Ok(merge(found, usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// What a line of time is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// An invoice: its issue, payments, credit notes, disputes and acts on record.
    Invoice(InvoiceId),
    /// A dispute: its notes, decision and credit note.
    Dispute(DisputeId),
}

/// What happened to an invoice or a dispute, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn about(read: &mut Read, tenant: TenantId, about: About, limit: u32) -> Result<Vec<Happening>> {
    let (id, subject) = match about {
        About::Invoice(invoice) => (invoice.uuid(), invoice.to_string()),
        About::Dispute(dispute) => (dispute.uuid(), dispute.to_string()),
    };
    let sources = [
        (Source::Invoice, INVOICES_OF),
        (Source::CreditNote, CREDIT_NOTES_OF),
        (Source::Payment, PAYMENTS_OF),
        (Source::Dispute, DISPUTES_OF),
        (Source::Decision, DECISIONS_OF),
        (Source::Note, NOTES_OF),
    ];
    let (end, last) = bound(Source::Audit, None)?;
    let mut found = Vec::new();
    for (source, sql) in sources {
        for row in rows!(read, Row, sql, Id(tenant), At(end), last, i64::from(limit), id)? {
            found.push(happening(source, row)?);
        }
    }
    for row in rows!(read, Row, AUDIT_OF, Id(tenant), At(end), last, i64::from(limit), subject.as_str())? {
        found.push(happening(Source::Audit, row)?);
    }
    Ok(merge(found, usize::try_from(limit).unwrap_or(usize::MAX)))
}
