//! The ledger, event by event: what every cache should hold, and whether each row is as it was written.

use super::{Drift, Known, Range, Reason, Verification};
use crate::codec::{Id, hash32};
use crate::conn::{Read, rows, stream_rows};
use crate::error::{Result, StoreError};
use crate::events::{EventRecord, EventRow, event_columns};
use crate::sql::statements;
use crate::sums::{Dimensions, Sum, Wide};
use billing::event::EventKey;
use billing::ids::{MeterId, PeriodId, SubjectId, TenantId};
use billing::meter::{Aggregation, Meter};
use billing::time::Day;
use std::collections::{HashMap, HashSet};

statements! {
    EVENTS = pair(
        concat!("select ", event_columns!(), " from usage_events e where e.tenant_id > $1 and e.tenant_id <= $2"),
        concat!("select ", event_columns!(), " from usage_events e where e.tenant_id > $1 and e.tenant_id <= $2")
    );
    SUPERSEDED = "select tenant_id, source, parent_key, meter_id from usage_events
        where tenant_id > $1 and tenant_id <= $2 and classification = 'correction' and parent_key is not null";
    DETAILS = "select d.tenant_id, d.source, d.event_key, d.salt, d.body, e.details_hash
        from event_details d left join usage_events e
          on e.tenant_id = d.tenant_id and e.source = d.source and e.event_key = d.event_key
       where d.tenant_id > $1 and d.tenant_id <= $2";
}

/// Events between two reports of progress.
const REPORT_EVERY: u64 = 20_000;

pub(crate) type PeriodKey = (TenantId, PeriodId, MeterId);
pub(crate) type DayKey = (TenantId, Day, MeterId, Dimensions);
pub(crate) type PresenceKey = (TenantId, Day, &'static str, SubjectId);

/// What the caches of the tenants of a round should hold.
#[derive(Default)]
pub(crate) struct Recount {
    pub periods: HashMap<PeriodKey, Wide>,
    pub days: HashMap<DayKey, Wide>,
    pub levels: HashMap<(TenantId, MeterId), Wide>,
    pub presence: HashSet<PresenceKey>,
}

/// What the company's days should hold.
#[derive(Default)]
pub(crate) struct Company(pub HashMap<(Day, MeterId, Dimensions), Wide>);

/// Goes through the events of a range once.
pub(crate) async fn events(
    read: &mut Read,
    range: Range,
    known: &Known,
    recount: &mut Recount,
    company: &mut Company,
    found: &mut Verification,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<()> {
    stream_rows!(read, EventRow, EVENTS, [Id(range.above), Id(range.up_to)], |row| {
        let event = EventRecord::try_from(row)?;
        found.ledger_events += 1;
        found.leaves_checked += 1;
        if found.ledger_events.is_multiple_of(REPORT_EVERY) {
            progress(found.ledger_events);
        }
        check(&event, known, found);
        count(&event, known, recount, company);
    });
    Ok(())
}

fn check(event: &EventRecord, known: &Known, found: &mut Verification) {
    let key = &event.usage.key;
    let tenant = key.tenant;
    let mut differs = |reason, what: &str, ledger: String| {
        let place = format!("event {} of {}", key.key, key.source);
        let drift = Drift { reason, tenant: Some(tenant), place, cached: what.to_owned(), ledger };
        found.differs(drift);
    };
    if !event.is_as_written() {
        differs(Reason::Leaf, "the stored hashes", "a row with others".to_owned());
    }
    if !known.tenants.contains(&tenant) {
        differs(Reason::Reference, "no such tenant", tenant.to_string());
        return;
    }
    if !known.meters.contains_key(&event.usage.meter) {
        differs(Reason::Reference, "no such meter", event.usage.meter.to_string());
    }
    for period in [event.assignment.period, event.assignment.billed_period].into_iter().flatten() {
        if !known.periods.contains(&(tenant, period)) {
            differs(Reason::Reference, "no such period", period.to_string());
        }
    }
    if let Some(entitlement) = event.assignment.entitlement
        && !known.entitlements.contains(&(tenant, entitlement))
    {
        differs(Reason::Reference, "no such entitlement", entitlement.to_string());
    }
}

fn count(event: &EventRecord, known: &Known, recount: &mut Recount, company: &mut Company) {
    let (usage, assignment) = (&event.usage, &event.assignment);
    let (tenant, meter, day) = (usage.key.tenant, usage.meter, assignment.day);
    let aggregation = known.meters.get(&meter).map_or(Aggregation::Sum, |meter| meter.aggregation);
    let one = Sum::of(assignment.contribution, assignment.billable, usage.cost);
    let dimensions = Dimensions::of(usage, assignment);
    let period = assignment.billed_period.map(|period| (tenant, period, meter));
    if aggregation == Aggregation::Max {
        let mut one = one.floored();
        if known.superseded.contains(&usage.key) {
            (one.quantity, one.billable) = (0, 0);
        }
        if let Some(period) = period {
            recount.periods.entry(period).or_default().take_larger(one);
        }
        recount.days.entry((tenant, day, meter, dimensions)).or_default().take_larger(one);
    } else {
        if let Some(period) = period {
            recount.periods.entry(period).or_default().add(one);
        }
        if aggregation == Aggregation::Level {
            recount.levels.entry((tenant, meter)).or_default().add(one);
        } else {
            company.0.entry((day, meter, dimensions.clone())).or_default().add(one);
        }
        recount.days.entry((tenant, day, meter, dimensions)).or_default().add(one);
    }
    for (kind, subject) in [("user", usage.subjects.user), ("session", usage.subjects.session)] {
        if let Some(subject) = subject {
            recount.presence.insert((tenant, day, kind, subject));
        }
    }
}

/// Events of `max` meters that a correction replaced; corrections are few.
pub(crate) async fn superseded(
    read: &mut Read,
    range: Range,
    meters: &HashMap<MeterId, Meter>,
) -> Result<HashSet<EventKey>> {
    let found = rows!(read, (Id<TenantId>, String, String, Id<MeterId>), SUPERSEDED, Id(range.above), Id(range.up_to))?;
    let is_max = |meter: &MeterId| meters.get(meter).is_some_and(|meter| meter.aggregation == Aggregation::Max);
    Ok(found
        .into_iter()
        .filter(|(_, _, _, meter)| is_max(&meter.0))
        .map(|(tenant, source, key, _)| EventKey { tenant: tenant.0, source, key })
        .collect())
}

type DetailRow = (Id<TenantId>, String, String, Option<Vec<u8>>, Option<String>, Option<Vec<u8>>);

/// Checks that details are those whose hash the ledger keeps; erased ones are counted.
pub(crate) async fn details(read: &mut Read, range: Range, found: &mut Verification) -> Result<()> {
    stream_rows!(read, DetailRow, DETAILS, [Id(range.above), Id(range.up_to)], |row| {
        let (tenant, source, key, salt, body, hash) = row;
        let (Some(salt), Some(body)) = (salt, body) else {
            found.details_erased += 1;
            continue;
        };
        let salt: [u8; 16] = salt.try_into().map_err(|_| StoreError::corrupt("a salt that is not 16 bytes long"))?;
        let stored = hash.as_deref().map(hash32).transpose()?;
        if stored != Some(billing::leaf::details_hash(&salt, &body)) {
            found.differs(Drift {
                reason: Reason::Details,
                tenant: Some(tenant.0),
                place: format!("event {key} of {source}"),
                cached: "details with another hash".to_owned(),
                ledger: "the hash of what was written".to_owned(),
            });
        }
    });
    Ok(())
}
