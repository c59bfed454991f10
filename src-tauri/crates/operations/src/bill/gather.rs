//! The facts of many invoices, read as sets and sorted to their periods.
//!
//! Counters and days where they say what is needed; the ledger where they do not: where use is billed with another period
//! than its own, where a price goes by events, and where a day belongs to more than one period.

use super::found::out_of_range;
use super::used::{Needs, Used};
use crate::error::{OperationError, Result};
use billing::ids::{InvoiceId, PeriodId, SubscriptionId, TenantId, WalletId};
use billing::invoice::{
    Account, Catalog, Charged, Content, CouponFacts, Facts, FeePaid, LineKind, NextPeriod, PeriodFacts, Settings,
    WalletFacts, charged_for,
};
use billing::money::Currency;
use billing::period::{Period, PeriodStatus};
use billing::plan::FeeTiming;
use billing::pricing::Phase;
use billing::time::{Day, Timestamp, Zone};
use billing::timeline::Timeline;
use std::collections::{BTreeSet, HashMap};
use store::Read;
use store::facts::{self, InvoiceHead, PeriodOf};
use store::invoices::InvoiceRecord;

/// A period to draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub period: PeriodId,
}

impl Key {
    pub const fn period_of(&self) -> PeriodOf {
        (self.tenant, self.period)
    }
}

/// What use is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Counters and days, where they say what is needed.
    Caches,
    /// The ledger alone.
    Ledger,
}

/// What holds for all periods that are drafted together.
pub(crate) struct Ground {
    pub basis: Basis,
    pub catalog: Catalog,
    pub settings: Settings,
    /// The seller's zone.
    pub zone: Zone,
}

impl Ground {
    /// Reads it.
    ///
    /// # Errors
    /// What the store says; a zone in the settings that is none.
    pub async fn read(read: &mut Read) -> Result<Self> {
        let meters = store::meters::all(read).await?;
        let plans = store::plans::all(read).await?;
        let versions = store::plans::all_versions(read).await?;
        let settings = store::billing_settings::read(read).await?;
        let zone = settings.zone.parse().map_err(|error: billing::time::TimeError| {
            OperationError::failed("malformed", "The zone of the billing settings is none.").because(error)
        })?;
        Ok(Self { basis: Basis::Caches, catalog: Catalog::new(meters, plans, versions.into_values()), settings, zone })
    }
}

/// What a preview takes as done although nothing is written: invoices that it would finalize before this one.
#[derive(Debug, Default)]
pub(crate) struct Assumed {
    pub finalized: HashMap<PeriodId, AssumedInvoice>,
    /// What they take out of prepaid credits.
    pub taken: HashMap<WalletId, i64>,
}

/// What later invoices look at of an assumed one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AssumedInvoice {
    pub total_minor: i64,
    pub next: Option<Charged>,
}

/// A period with all that its invoice needs.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub key: Key,
    pub facts: Facts,
    /// The instant from which nothing enters the period any more.
    pub closes_at: Timestamp,
    pub status: PeriodStatus,
    /// The invoice that the period has, unless void.
    pub existing: Option<InvoiceRecord>,
    /// The last totals of the subscription, the newest first; at most three.
    pub last_minor: Vec<i64>,
    /// Whether an earlier period of the subscription has no final invoice yet.
    pub waits: bool,
}

/// Everything that was read for a batch.
struct Sets {
    at: Timestamp,
    timelines: HashMap<TenantId, Timeline>,
    names: HashMap<TenantId, String>,
    accounts: HashMap<TenantId, Account>,
    coupons: HashMap<TenantId, Vec<CouponFacts>>,
    wallets: HashMap<TenantId, Vec<WalletFacts>>,
    invoices: HashMap<PeriodId, InvoiceRecord>,
    /// Drafts that were issued as credit notes; they may have charged the next fee, too.
    noted: HashMap<PeriodId, InvoiceRecord>,
    heads: HashMap<SubscriptionId, Vec<InvoiceHead>>,
    credited: HashMap<(InvoiceId, u32), i64>,
    used: Used,
}

/// Gathers periods. One that is not there any more is left out.
///
/// # Errors
/// What the store says.
pub(crate) async fn gather(
    read: &mut Read,
    ground: &Ground,
    keys: &[Key],
    at: Timestamp,
    assumed: &Assumed,
) -> Result<Vec<Gathered>> {
    let sets = sets(read, ground, keys, at).await?;
    keys.iter().filter_map(|key| one(&sets, ground, *key, assumed).transpose()).collect()
}

async fn sets(read: &mut Read, ground: &Ground, keys: &[Key], at: Timestamp) -> Result<Sets> {
    let tenants: Vec<TenantId> = keys.iter().map(|key| key.tenant).collect::<BTreeSet<_>>().into_iter().collect();
    let timelines = store::timelines::load(read, &tenants).await?;
    let names = store::tenants::names(read, &tenants).await?;
    let accounts = store::billing_accounts::of_tenants(read, &tenants).await?;
    let mut coupons: HashMap<TenantId, Vec<CouponFacts>> = HashMap::new();
    for record in store::coupons::of_tenants(read, &tenants).await? {
        coupons.entry(record.tenant).or_default().push(record.coupon);
    }
    let mut wallets: HashMap<TenantId, Vec<WalletFacts>> = HashMap::new();
    for record in store::wallets::of_tenants(read, &tenants).await? {
        wallets.entry(record.tenant).or_default().push(record.wallet);
    }
    let wanted: BTreeSet<PeriodOf> = keys.iter().flat_map(|key| invoices_wanted(&timelines, ground, *key)).collect();
    let wanted: Vec<PeriodOf> = wanted.into_iter().collect();
    let found = facts::standing::of_periods(read, &wanted).await?;
    let issued: Vec<(TenantId, InvoiceId)> = found.iter().map(|invoice| (invoice.tenant, invoice.id)).collect();
    let has_advance = ground.catalog.versions.values().any(|version| version.fee_timing == FeeTiming::Advance);
    let credits = if has_advance { facts::standing::credited(read, &issued).await? } else { Vec::new() };
    let noted = if has_advance { facts::standing::noted_of_periods(read, &wanted).await? } else { Vec::new() };
    let noted = noted.into_iter().filter_map(|draft| draft.period.map(|period| (period, draft))).collect();
    let credited = credits.into_iter().map(|credit| ((credit.invoice, credit.line), credit.amount_minor)).collect();
    let invoices = found.into_iter().filter_map(|invoice| invoice.period.map(|period| (period, invoice))).collect();
    let mut heads: HashMap<SubscriptionId, Vec<InvoiceHead>> = HashMap::new();
    for head in facts::standing::heads(read, &tenants).await? {
        heads.entry(head.subscription).or_default().push(head);
    }
    let needs = keys.iter().filter_map(|key| Needs::of(&timelines, &ground.catalog, *key, at)).collect();
    let used = Used::read(read, ground, &timelines, needs).await?;
    Ok(Sets { at, timelines, names, accounts, coupons, wallets, invoices, noted, heads, credited, used })
}

/// The periods whose invoices are looked at: its own, and the ones around where fees are charged in advance.
fn invoices_wanted(timelines: &HashMap<TenantId, Timeline>, ground: &Ground, key: Key) -> Vec<PeriodOf> {
    let mut wanted = vec![key.period_of()];
    let Some(timeline) = timelines.get(&key.tenant) else { return wanted };
    if is_in_advance(timeline, &ground.catalog, key.subscription) {
        let around = [neighbour(timeline, key, -1), neighbour(timeline, key, 1)];
        wanted.extend(around.into_iter().flatten().map(|period| (key.tenant, period.id)));
    }
    wanted
}

/// Whether any plan version that the subscription ever had charges its fee in advance.
pub(super) fn is_in_advance(timeline: &Timeline, catalog: &Catalog, subscription: SubscriptionId) -> bool {
    let own = timeline.entitlements().iter().filter(|entitlement| entitlement.subscription == subscription);
    let mut versions = own.filter_map(|entitlement| catalog.versions.get(&entitlement.plan_version));
    versions.any(|version| version.fee_timing == FeeTiming::Advance)
}

/// The period before or after one of the same subscription.
pub(super) fn neighbour(timeline: &Timeline, key: Key, step: i64) -> Option<Period> {
    let seq = timeline.period(key.period)?.seq + step;
    timeline.periods(key.subscription).find(|period| period.seq == seq).copied()
}

fn one(sets: &Sets, ground: &Ground, key: Key, assumed: &Assumed) -> Result<Option<Gathered>> {
    let Some(timeline) = sets.timelines.get(&key.tenant) else { return Ok(None) };
    let Some(period) = timeline.period(key.period).copied() else { return Ok(None) };
    let Some(own) = period_facts(timeline, period) else { return Ok(None) };
    let start = period.span.interval.start;
    let held = timeline.entitlement_at(key.subscription, start);
    let zone = held.map_or_else(|| timeline.zone(), |held| held.zone);
    let version = held.and_then(|held| ground.catalog.versions.get(&held.plan_version));
    let currency = version.map_or_else(|| timeline.currency(), |version| version.fee.currency());
    let today = Day::of(sets.at, zone).map_err(out_of_range)?;
    let until = if sets.at < period.span.interval.end {
        today.plus_days(1).map_err(out_of_range)?.min(period.span.end_day)
    } else {
        period.span.end_day
    };
    let existing = sets.invoices.get(&key.period).cloned();
    let replaces = match &existing {
        Some(draft) if draft.replaces.is_some() => draft.document()?.replaces,
        _ => None,
    };
    let is_in_advance = is_in_advance(timeline, &ground.catalog, key.subscription);
    let (used, late) = sets.used.of(key, timeline)?;
    let facts = Facts {
        tenant: key.tenant,
        tenant_name: sets.names.get(&key.tenant).cloned().unwrap_or_default(),
        account: sets.accounts.get(&key.tenant).cloned().unwrap_or_default(),
        currency,
        at: sets.at,
        period: own,
        until,
        phase: Phase::Final,
        next: if is_in_advance { next(sets, timeline, key)? } else { None },
        fee_paid: if is_in_advance { fee_paid(sets, timeline, key, assumed)? } else { None },
        used,
        billed: Vec::new(),
        late,
        coupons: sets.coupons.get(&key.tenant).cloned().unwrap_or_default(),
        wallets: wallets(sets, key.tenant, assumed),
        replaces,
    };
    let grace_days = i64::from(ground.settings.grace_days);
    let closes_at = period.span.closes_at(grace_days, zone).map_err(out_of_range)?;
    let last_minor = last_totals(sets, timeline, key, currency, assumed);
    let is_final =
        |earlier: &&Period| earlier.status == PeriodStatus::Finalized || assumed.finalized.contains_key(&earlier.id);
    let waits = !timeline.periods(key.subscription).filter(|earlier| earlier.seq < period.seq).all(|it| is_final(&it));
    Ok(Some(Gathered { key, facts, closes_at, status: period.status, existing, last_minor, waits }))
}

/// A period with its subscription and all that the subscription ever entitled to.
pub(super) fn period_facts(timeline: &Timeline, period: Period) -> Option<PeriodFacts> {
    let of = |subscription: &&billing::timeline::Subscription| subscription.id == period.subscription;
    let subscription = *timeline.subscriptions().iter().find(of)?;
    let own = timeline.entitlements().iter().filter(|entitlement| entitlement.subscription == period.subscription);
    Some(PeriodFacts { id: period.id, span: period.span, subscription, entitlements: own.cloned().collect() })
}

fn wallets(sets: &Sets, tenant: TenantId, assumed: &Assumed) -> Vec<WalletFacts> {
    let mut wallets = sets.wallets.get(&tenant).cloned().unwrap_or_default();
    for wallet in &mut wallets {
        wallet.balance_minor -= assumed.taken.get(&wallet.id).copied().unwrap_or(0);
    }
    wallets
}

/// What the invoice before charged in advance for this period, and what may still be credited of it.
fn fee_paid(sets: &Sets, timeline: &Timeline, key: Key, assumed: &Assumed) -> Result<Option<FeePaid>> {
    let Some(before) = neighbour(timeline, key, -1) else { return Ok(None) };
    let (charged, credited) = match (assumed.finalized.get(&before.id), sets.invoices.get(&before.id)) {
        (Some(assumed), _) => (assumed.next, 0),
        (None, None) => match sets.noted.get(&before.id) {
            None => return Ok(None),
            Some(draft) => (charged_for(&draft.document()?, key.period), 0),
        },
        (None, Some(invoice)) => {
            let charged = charged_for(&invoice.document()?, key.period);
            let credited = charged.and_then(|charged| sets.credited.get(&(invoice.id, charged.line)));
            (charged, credited.copied().unwrap_or(0))
        }
    };
    Ok(charged.map(|Charged { plan_version, from, to, amount_minor, .. }| {
        let creditable_minor = amount_minor.saturating_sub(credited).max(0);
        FeePaid { plan_version, from, to, creditable_minor }
    }))
}

/// The period after, unless its own invoice was issued already and charges its fee itself. What was issued for the period
/// says by itself whether it charges that fee.
fn next(sets: &Sets, timeline: &Timeline, key: Key) -> Result<Option<NextPeriod>> {
    let Some(after) = neighbour(timeline, key, 1) else { return Ok(None) };
    if let Some(own) = sets.invoices.get(&key.period).filter(|invoice| invoice.issued.is_some()) {
        let charges = charged_for(&own.document()?, after.id).is_some();
        return Ok(charges.then_some(NextPeriod { id: after.id, span: after.span, charged: None }));
    }
    if let Some(invoice) = sets.invoices.get(&after.id).filter(|invoice| invoice.issued.is_some()) {
        let document: Content = invoice.document()?;
        let is_own_fee = |line: &billing::invoice::Line| {
            line.kind == LineKind::Fee
                && line.part.as_ref().is_some_and(|part| part.period == after.id && part.from == after.span.first_day)
        };
        if document.lines.iter().any(is_own_fee) {
            return Ok(None);
        }
    }
    Ok(Some(NextPeriod { id: after.id, span: after.span, charged: None }))
}

fn last_totals(sets: &Sets, timeline: &Timeline, key: Key, currency: Currency, assumed: &Assumed) -> Vec<i64> {
    let Some(own) = timeline.period(key.period) else { return Vec::new() };
    let own_heads = sets.heads.get(&key.subscription).map_or(&[][..], Vec::as_slice);
    let is_earlier = |head: &&InvoiceHead| {
        head.ends_at <= own.span.interval.start
            && head.currency == currency
            && head.status != billing::invoice::Status::Void
    };
    let mut totals: Vec<(Timestamp, i64)> =
        own_heads.iter().filter(is_earlier).map(|head| (head.ends_at, head.total_minor)).collect();
    for period in timeline.periods(key.subscription).filter(|period| period.seq < own.seq) {
        totals.extend(assumed.finalized.get(&period.id).map(|it| (period.span.interval.end, it.total_minor)));
    }
    totals.sort_by_key(|(ends_at, _)| std::cmp::Reverse(*ends_at));
    totals.into_iter().take(3).map(|(_, total)| total).collect()
}
