//! What changed between two states of one ledger: events, counters, invoices, lines, statuses, and the effect in money.
//!
//! Each state is one moment: a snapshot, or a database pinned for as long as this takes. Some tenants are compared at a
//! time, so that what is held in memory is bounded by their rows. An invoice and today is [`crate::since`].

mod effect;

use super::money::{self, Of, Sums};
use super::terms;
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::look::catalog::Catalog;
use crate::wire::{
    Became, CounterDifference, Difference, DifferenceCounts, DifferenceSide, EventDifference, InvoiceDifference,
    LineDifference, StatusDifference,
};
use billing::event::EventKey;
use billing::ids::{InvoiceId, MeterId, PeriodId, TenantId};
use billing::invoice::Status;
use billing::meter::Aggregation;
use billing::money::{Currency, Money};
use billing::quantity::Quantity;
use billing::time::Timestamp;
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::difference::{self as rows, CounterOf, EventOf, InvoiceOf, LevelOf, LineOf, PeriodOf, StatusOf, TenantOf};
use store::events::EventRecord;
use store::{Read, Store};

/// Tenants that are compared at once.
const TENANTS_AT_ONCE: usize = 64;
/// Rows of a list; all are counted.
const LISTED: usize = 1_000;

/// The difference of two states, the earlier first. A database is pinned; a snapshot is as it is.
///
/// # Errors
/// `other_ledger` for states of two ledgers; `other_days` for snapshots of other days; what the store says.
pub async fn difference(before: &Store, after: &Store, host: &dyn Host) -> Result<Difference> {
    let (before, after) = (Side::new(before, host).await?, Side::new(after, host).await?);
    same_ledger(&before, &after)?;
    let tenants = common(&before, &after);
    let mut found = Found::new(&before, &after, &tenants).await?;
    let ids: Vec<TenantId> = tenants.into_iter().collect();
    for some in ids.chunks(TENANTS_AT_ONCE) {
        let (one, other) = futures::try_join!(before.rows(some), after.rows(some))?;
        found.compare(&before, &after, one, other).await?;
    }
    found.money(&before, &after).await?;
    Ok(found.shown)
}

/// The difference of a snapshot and another state, whichever is the earlier; a database goes on, so it is the later one.
///
/// # Errors
/// As [`difference`].
pub async fn difference_in_time(snapshot: &Store, other: &Store, host: &dyn Host) -> Result<Difference> {
    match (snapshot.moment(), other.moment()) {
        (Some(moment), Some(earlier)) if earlier < moment => difference(other, snapshot, host).await,
        _ => difference(snapshot, other, host).await,
    }
}

/// One state.
struct Side {
    store: Store,
    at: Timestamp,
    ledger: billing::ids::LedgerId,
    tenants: BTreeMap<TenantId, TenantOf>,
}

/// What some tenants have.
struct Rows {
    events: Vec<EventOf>,
    counters: Vec<CounterOf>,
    invoices: Vec<InvoiceOf>,
    lines: Vec<LineOf>,
    statuses: Vec<StatusOf>,
    /// How tenants are billed.
    terms: Vec<StatusOf>,
    levels: Vec<LevelOf>,
    periods: Vec<PeriodOf>,
}

impl Side {
    async fn new(store: &Store, host: &dyn Host) -> Result<Self> {
        let (store, at) = match store.moment() {
            Some(at) => (store.clone(), at),
            None => {
                let at = host.now();
                (Store::open_pinned(store.target(), at, &std::env::temp_dir()).await?, at)
            }
        };
        let (ledger, tenants) = store.read(look).await?;
        Ok(Self { store, at, ledger, tenants: tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect() })
    }

    fn shown(&self) -> DifferenceSide {
        DifferenceSide {
            place: self.store.target().to_string(),
            as_of: self.at.to_string(),
            snapshot: self.store.snapshot().is_some(),
        }
    }

    async fn rows(&self, tenants: &[TenantId]) -> Result<Rows> {
        let tenants = tenants.to_vec();
        self.store
            .read(move |read| {
                async move {
                    Ok(Rows {
                        events: rows::events(read, &tenants).await?,
                        counters: rows::counters(read, &tenants).await?,
                        invoices: rows::invoices(read, &tenants).await?,
                        lines: rows::lines(read, &tenants).await?,
                        statuses: rows::statuses(read, &tenants).await?,
                        terms: terms::of_tenants(read, &tenants).await?,
                        levels: rows::levels(read, &tenants).await?,
                        periods: rows::periods(read, &tenants).await?,
                    })
                }
                .boxed()
            })
            .await
    }

    async fn events(&self, keys: Vec<EventKey>) -> Result<HashMap<EventKey, EventRecord>> {
        Ok(self.store.read(move |read| async move { store::events::by_keys(read, &keys).await }.boxed()).await?)
    }

    /// The tenants that a snapshot was asked for; none is all.
    fn scope(&self) -> Option<&Vec<TenantId>> {
        self.store.snapshot().and_then(|manifest| manifest.scope.tenants.as_ref())
    }
}

fn look(read: &mut Read) -> futures::future::BoxFuture<'_, Result<(billing::ids::LedgerId, Vec<TenantOf>)>> {
    async move {
        let info = store::ledger::info(read).await?;
        Ok((info.id, rows::tenants(read).await?))
    }
    .boxed()
}

fn same_ledger(before: &Side, after: &Side) -> Result<()> {
    if before.ledger != after.ledger {
        let sentence = "These are two ledgers: only two states of one can be compared.";
        return Err(OperationError::wrong_use("other_ledger", sentence).field("after"));
    }
    let days = |side: &Side| side.store.snapshot().and_then(|manifest| manifest.scope.days);
    if days(before) != days(after) {
        let sentence = "One of them holds other days than the other: compare two with the same days, or with all.";
        return Err(OperationError::wrong_use("other_days", sentence).field("after"));
    }
    Ok(())
}

/// Tenants that both were asked for.
fn common(before: &Side, after: &Side) -> BTreeSet<TenantId> {
    let is_in = |tenant: &TenantId| {
        [before, after].iter().all(|side| side.scope().is_none_or(|scope| scope.binary_search(tenant).is_ok()))
    };
    before.tenants.keys().chain(after.tenants.keys()).filter(|tenant| is_in(tenant)).copied().collect()
}

/// Something with a key.
trait Keyed: PartialEq {
    type Key: Ord;
    fn key(&self) -> &Self::Key;
}

macro_rules! keyed {
    ($($row:ty: $key:ty),+ $(,)?) => {$(
        impl Keyed for $row {
            type Key = $key;
            fn key(&self) -> &$key {
                &self.key
            }
        }
    )+};
}
keyed!(
    EventOf: (TenantId, String, String),
    CounterOf: (TenantId, PeriodId, MeterId),
    LevelOf: (TenantId, MeterId),
    InvoiceOf: (TenantId, InvoiceId),
    LineOf: (TenantId, InvoiceId, i64),
    StatusOf: (TenantId, &'static str, String),
);

/// The pairs of two lists, both in order of their keys, that are not the same.
fn unequal<T: Keyed>(before: Vec<T>, after: Vec<T>) -> Vec<(Option<T>, Option<T>)> {
    let mut after = after.into_iter().peekable();
    let mut pairs = Vec::new();
    for one in before {
        while let Some(added) = after.next_if(|other| other.key() < one.key()) {
            pairs.push((None, Some(added)));
        }
        match after.next_if(|other| other.key() == one.key()) {
            Some(other) if other == one => {}
            Some(other) => pairs.push((Some(one), Some(other))),
            None => pairs.push((Some(one), None)),
        }
    }
    pairs.extend(after.map(|added| (None, Some(added))));
    pairs
}

const fn became<T>(pair: &(Option<T>, Option<T>)) -> Became {
    match pair {
        (None, _) => Became::Added,
        (_, None) => Became::Removed,
        _ => Became::Changed,
    }
}

/// What was found so far.
struct Found {
    shown: Difference,
    catalog: Catalog,
    names: BTreeMap<TenantId, String>,
    /// Tenants for whom something else holds than before.
    moved: BTreeSet<TenantId>,
    /// Periods whose invoice may come to something else.
    periods: BTreeSet<Of>,
    /// What invoices without a period come to.
    sums: [Sums; 2],
}

fn count(counter: &mut u32, found: usize) {
    *counter = counter.saturating_add(u32::try_from(found).unwrap_or(u32::MAX));
}

/// Keeps the first of a list.
fn list<T>(to: &mut Vec<T>, from: impl Iterator<Item = T>) {
    let room = LISTED.saturating_sub(to.len());
    to.extend(from.take(room));
}

impl Found {
    async fn new(before: &Side, after: &Side, tenants: &BTreeSet<TenantId>) -> Result<Self> {
        let catalog = after.store.read(|read| async move { crate::look::load_catalog(read).await }.boxed()).await?;
        let (mut counts, mut moved, mut names) = (DifferenceCounts::default(), BTreeSet::new(), BTreeMap::new());
        for id in tenants {
            let (one, other) = (before.tenants.get(id), after.tenants.get(id));
            let of_both = one.zip(other);
            count(if of_both.is_some() { &mut counts.tenants_compared } else { &mut counts.tenants_of_one }, 1);
            if of_both.is_none_or(|(one, other)| one.timeline_version != other.timeline_version) {
                moved.insert(*id);
            }
            names.insert(*id, other.or(one).map(|tenant| tenant.name.clone()).unwrap_or_default());
        }
        let shown = Difference {
            before: before.shown(),
            after: after.shown(),
            counts,
            money: Vec::new(),
            events: Vec::new(),
            counters: Vec::new(),
            invoices: Vec::new(),
            lines: Vec::new(),
            statuses: Vec::new(),
            problems: Vec::new(),
        };
        Ok(Self { shown, catalog, names, moved, periods: BTreeSet::new(), sums: Default::default() })
    }

    fn name(&self, tenant: TenantId) -> String {
        self.names.get(&tenant).cloned().unwrap_or_default()
    }

    async fn compare(&mut self, before: &Side, after: &Side, one: Rows, other: Rows) -> Result<()> {
        let periods: BTreeMap<(TenantId, PeriodId), PeriodOf> =
            one.periods.into_iter().chain(other.periods).map(|period| (period.key, period)).collect();
        self.events(before, after, unequal(one.events, other.events)).await?;
        let currencies: HashMap<InvoiceId, (Currency, Option<String>)> = one
            .invoices
            .iter()
            .chain(&other.invoices)
            .map(|invoice| (invoice.key.1, (invoice.currency, invoice.number.clone())))
            .collect();
        self.counters(&unequal(one.counters, other.counters), &periods);
        self.invoices(&unequal(one.invoices, other.invoices))?;
        self.lines(&unequal(one.lines, other.lines), &currencies);
        self.statuses(&unequal(one.statuses, other.statuses));
        let terms = unequal(one.terms, other.terms);
        self.moved.extend(terms.iter().filter_map(|pair| Some(pair.1.as_ref().or(pair.0.as_ref())?.key.0)));
        self.statuses(&terms);
        // A level goes on into every later period, whose own counters say nothing of it.
        let levels = unequal(one.levels, other.levels);
        self.moved.extend(levels.iter().filter_map(|pair| Some(pair.1.or(pair.0)?.key.0)));
        // Another plan, allowance, discount or tax moves what is not billed yet, also without any use.
        let today = after.at.max(before.at);
        for period in periods.values().filter(|period| self.moved.contains(&period.key.0)) {
            if period.status != "finalized" && period.starts_at <= today {
                self.periods.insert((period.key.0, period.subscription, period.key.1));
            }
        }
        Ok(())
    }

    async fn events(
        &mut self,
        before: &Side,
        after: &Side,
        pairs: Vec<(Option<EventOf>, Option<EventOf>)>,
    ) -> Result<()> {
        count(&mut self.shown.counts.events, pairs.len());
        let room = LISTED.saturating_sub(self.shown.events.len());
        let pairs: Vec<_> = pairs.into_iter().take(room).collect();
        let was = pairs.iter().filter_map(|pair| pair.0.as_ref()).map(|event| key(&event.key)).collect();
        let is = pairs.iter().filter_map(|pair| pair.1.as_ref()).map(|event| key(&event.key)).collect();
        let (was, is) = (before.events(was).await?, after.events(is).await?);
        for pair in &pairs {
            let Some(event) = pair.1.as_ref().or(pair.0.as_ref()) else { continue };
            let key = key(&event.key);
            let (was, is) = (was.get(&key), is.get(&key));
            let Some(shown) = is.or(was) else { continue };
            let amount = |event: &EventRecord| self.units(event.usage.meter, event.usage.quantity);
            self.shown.events.push(EventDifference {
                became: became(pair),
                tenant_id: key.tenant.to_string(),
                tenant: self.name(key.tenant),
                source: key.source.clone(),
                key: key.key.clone(),
                meter: self.meter(shown.usage.meter),
                day: shown.assignment.day.to_string(),
                occurred_at: shown.usage.occurred_at.to_string(),
                before: was.map(amount),
                after: is.map(amount),
                billable: shown.assignment.billable,
            });
        }
        Ok(())
    }

    fn meter(&self, id: MeterId) -> String {
        self.catalog.meter(id).map_or_else(|| id.to_string(), |meter| meter.code.clone())
    }

    fn units(&self, id: MeterId, units: i64) -> String {
        self.catalog.meter(id).map_or_else(|| units.to_string(), |meter| Quantity::new(units, meter.scale).to_string())
    }

    fn counters(
        &mut self,
        pairs: &[(Option<CounterOf>, Option<CounterOf>)],
        periods: &BTreeMap<(TenantId, PeriodId), PeriodOf>,
    ) {
        count(&mut self.shown.counts.counters, pairs.len());
        let mut shown = Vec::new();
        for (was, is) in pairs {
            let Some((tenant, period, meter)) = is.as_ref().or(was.as_ref()).map(|counter| counter.key) else {
                continue;
            };
            let is_level = self.catalog.meter(meter).is_some_and(|meter| meter.aggregation == Aggregation::Level);
            if is_level {
                self.moved.insert(tenant);
            }
            let known = periods.get(&(tenant, period));
            if let Some(known) = known {
                self.periods.insert((tenant, known.subscription, period));
            }
            let events = |counter: &Option<CounterOf>| {
                counter.map_or(0, |counter| i32::try_from(counter.events).unwrap_or(i32::MAX))
            };
            let amount = |counter: &Option<CounterOf>| self.units(meter, counter.map_or(0, |counter| counter.billable));
            shown.push(CounterDifference {
                tenant_id: tenant.to_string(),
                tenant: self.name(tenant),
                period_id: period.to_string(),
                first_day: known.map(|period| period.first_day.to_string()),
                meter: self.meter(meter),
                events_before: events(was),
                events_after: events(is),
                before: amount(was),
                after: amount(is),
            });
        }
        list(&mut self.shown.counters, shown.into_iter());
    }

    fn invoices(&mut self, pairs: &[(Option<InvoiceOf>, Option<InvoiceOf>)]) -> Result<()> {
        count(&mut self.shown.counts.invoices, pairs.len());
        for (was, is) in pairs {
            for (sums, invoice) in self.sums.iter_mut().zip([was, is]) {
                let Some(invoice) = invoice else { continue };
                match (invoice.subscription, invoice.period) {
                    (Some(subscription), Some(period)) => {
                        self.periods.insert((invoice.key.0, subscription, period));
                    }
                    _ if invoice.status == Status::Void => {}
                    _ => {
                        let minor = invoice.total_minor.saturating_sub(invoice.credited_minor);
                        money::add_to(sums, invoice.key.0, invoice.currency, minor)?;
                    }
                }
            }
        }
        let shown: Vec<InvoiceDifference> = pairs.iter().filter_map(|pair| self.invoice(pair)).collect();
        list(&mut self.shown.invoices, shown.into_iter());
        Ok(())
    }

    fn invoice(&self, pair: &(Option<InvoiceOf>, Option<InvoiceOf>)) -> Option<InvoiceDifference> {
        let (was, is) = (pair.0.as_ref(), pair.1.as_ref());
        let invoice = is.or(was)?;
        let money = |minor: i64| Money::from_minor(minor, invoice.currency).to_string();
        let total = |invoice: &InvoiceOf| money(invoice.total_minor);
        let paid = |invoice: &InvoiceOf| money(invoice.paid_minor.saturating_add(invoice.prepaid_minor));
        let credited = |invoice: &InvoiceOf| money(invoice.credited_minor);
        let status = |invoice: &InvoiceOf| invoice.status.as_str().to_owned();
        Some(InvoiceDifference {
            became: became(pair),
            tenant_id: invoice.key.0.to_string(),
            tenant: self.name(invoice.key.0),
            invoice_id: invoice.key.1.to_string(),
            number: invoice.number.clone(),
            currency: invoice.currency.code().to_owned(),
            status_before: was.map(status),
            status_after: is.map(status),
            total_before: was.map(total),
            total_after: is.map(total),
            paid_before: was.map(paid),
            paid_after: is.map(paid),
            credited_before: was.map(credited),
            credited_after: is.map(credited),
        })
    }

    fn lines(
        &mut self,
        pairs: &[(Option<LineOf>, Option<LineOf>)],
        of: &HashMap<InvoiceId, (Currency, Option<String>)>,
    ) {
        count(&mut self.shown.counts.lines, pairs.len());
        let mut shown = Vec::new();
        for pair in pairs {
            let Some(line) = pair.1.as_ref().or(pair.0.as_ref()) else { continue };
            let (tenant, invoice, no) = line.key;
            let Some((currency, number)) = of.get(&invoice) else { continue };
            let money = |line: &LineOf| Money::from_minor(line.amount_minor, *currency).to_string();
            shown.push(LineDifference {
                became: became(pair),
                tenant_id: tenant.to_string(),
                tenant: self.name(tenant),
                invoice_id: invoice.to_string(),
                number: number.clone(),
                line: u32::try_from(no).unwrap_or(u32::MAX),
                description: line.description.clone(),
                currency: currency.code().to_owned(),
                before: pair.0.as_ref().map(money),
                after: pair.1.as_ref().map(money),
            });
        }
        list(&mut self.shown.lines, shown.into_iter());
    }

    fn statuses(&mut self, pairs: &[(Option<StatusOf>, Option<StatusOf>)]) {
        count(&mut self.shown.counts.statuses, pairs.len());
        let mut shown = Vec::new();
        for (was, is) in pairs {
            let Some((tenant, kind, which)) = is.as_ref().or(was.as_ref()).map(|status| &status.key) else { continue };
            shown.push(StatusDifference {
                tenant_id: tenant.to_string(),
                tenant: self.name(*tenant),
                kind: (*kind).to_owned(),
                which: which.clone(),
                before: was.as_ref().map(|status| status.status.clone()),
                after: is.as_ref().map(|status| status.status.clone()),
            });
        }
        list(&mut self.shown.statuses, shown.into_iter());
    }
}

fn key((tenant, source, key): &(TenantId, String, String)) -> EventKey {
    EventKey { tenant: *tenant, source: source.clone(), key: key.clone() }
}
