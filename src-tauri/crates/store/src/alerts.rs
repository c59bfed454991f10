//! Alerts: each level of each place is reached once. Raised by append, recovered by whatever takes use or limit back.

use crate::codec::{At, Id, Word, at, json_ids};
use crate::conn::{Read, Write, execute, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::event::EventKey;
use billing::ids::{AlertId, MeterId, PeriodId, TenantId};
use billing::level::Level;
use billing::time::{Day, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt;

/// Where use is counted until it starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A billing period.
    Period(PeriodId),
    /// A local day, for meters that reset daily.
    Day(Day),
    /// A local month (`yyyymm`), for level meters.
    Month(i32),
}

impl fmt::Display for Place {
    /// The stored text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period) => write!(f, "period:{period}"),
            Self::Day(day) => write!(f, "day:{}", day.number()),
            Self::Month(month) => write!(f, "month:{month}"),
        }
    }
}

/// An alert as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its identity, derived from what it is about.
    pub id: AlertId,
    /// The tenant and key of the event that crossed.
    pub event: EventKey,
    /// The meter.
    pub meter: MeterId,
    /// The stored text of its [`Place`].
    pub place: String,
    /// `Warning` or `Alert`.
    pub level: Level,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Use at the crossing.
    pub used: i64,
    /// What the percentage is of.
    pub base: i64,
    /// When the event that crossed happened.
    pub occurred_at: Timestamp,
    /// When use or limit was taken back.
    pub recovered_at: Option<Timestamp>,
}

statements! {
    RAISE = pair(
        "insert into alerts (tenant_id, meter_id, place, level, alert_id, raised_at, used, base, source, event_key, occurred_at)
         select w.t, w.m, w.p, w.l, w.i, $2, w.u, w.b, w.s, w.k, timestamptz 'epoch' + w.o * interval '1 microsecond'
           from jsonb_to_recordset(cast($1 as jsonb))
             as w(t uuid, m uuid, p text, l text, i uuid, u bigint, b bigint, s text, k text, o bigint)
         on conflict do nothing returning alert_id",
        // A trigger refuses a key that is there before `on conflict` would look away.
        "insert into alerts (tenant_id, meter_id, place, level, alert_id, raised_at, used, base, source, event_key, occurred_at)
         select unhex(w.value->>'t'), unhex(w.value->>'m'), w.value->>'p', w.value->>'l', unhex(w.value->>'i'), $2,
                w.value->>'u', w.value->>'b', w.value->>'s', w.value->>'k', w.value->>'o'
           from json_each($1) w
          where not exists (select 1 from alerts a
                 where a.tenant_id = unhex(w.value->>'t') and a.meter_id = unhex(w.value->>'m')
                   and a.place = w.value->>'p' and a.level = w.value->>'l')
         returning alert_id"
    );
    RECOVER = "update alerts set recovered_at = $5 where tenant_id = $1 and meter_id = $2 and place = $3 and level = $4 and recovered_at is null";
    OF_TENANT = "select tenant_id, meter_id, place, level, alert_id, raised_at, used, base, source, event_key, occurred_at, recovered_at
        from alerts where tenant_id = $1 order by raised_at desc, alert_id limit $2";
    NEWEST = "select tenant_id, meter_id, place, level, alert_id, raised_at, used, base, source, event_key, occurred_at, recovered_at
        from alerts order by raised_at desc, alert_id limit $1";
    OPEN = in_ids("select tenant_id, meter_id, place, level, alert_id, raised_at, used, base, source, event_key, occurred_at, recovered_at
        from alerts where tenant_id ", " and recovered_at is null order by tenant_id, meter_id, place, level");
}

#[derive(sqlx::FromRow)]
struct AlertRow {
    tenant_id: Id<TenantId>,
    meter_id: Id<MeterId>,
    place: String,
    level: Word<Level>,
    alert_id: Id<AlertId>,
    raised_at: At,
    used: i64,
    base: i64,
    source: String,
    event_key: String,
    occurred_at: At,
    recovered_at: Option<At>,
}

impl From<AlertRow> for Alert {
    fn from(row: AlertRow) -> Self {
        Self {
            id: row.alert_id.0,
            event: EventKey { tenant: row.tenant_id.0, source: row.source, key: row.event_key },
            meter: row.meter_id.0,
            place: row.place,
            level: row.level.0,
            raised_at: row.raised_at.0,
            used: row.used,
            base: row.base,
            occurred_at: row.occurred_at.0,
            recovered_at: at(row.recovered_at),
        }
    }
}

/// What an alert is about; there is one for each of these, ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// Where it is counted.
    pub place: Place,
    /// The level.
    pub level: Level,
}

impl AlertKey {
    pub(crate) fn id(&self) -> AlertId {
        let text = format!("{} {} {} {}", self.tenant, self.meter, self.place, self.level);
        let hash = Sha256::digest(text);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        AlertId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// The crossing that an alert tells of.
#[derive(Debug, Clone, Copy)]
pub struct Crossing<'a> {
    /// Use after the event.
    pub used: i64,
    /// What the percentage is of.
    pub base: i64,
    /// The event.
    pub event: &'a EventKey,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// Raises alerts, in the order of their keys, but not those that were raised before. Gives the ones that it raised.
///
/// # Errors
/// What the database gave.
pub(crate) async fn raise(
    write: &mut Write,
    crossings: &[(AlertKey, Crossing<'_>)],
    now: Timestamp,
) -> Result<HashSet<AlertId>> {
    if crossings.is_empty() {
        return Ok(HashSet::new());
    }
    let list: Vec<Raised<'_>> = crossings
        .iter()
        .map(|(key, crossing)| Raised {
            t: key.tenant.uuid().simple().to_string(),
            m: key.meter.uuid().simple().to_string(),
            p: key.place.to_string(),
            l: key.level.to_string(),
            i: key.id().uuid().simple().to_string(),
            u: crossing.used,
            b: crossing.base,
            s: &crossing.event.source,
            k: &crossing.event.key,
            o: crossing.occurred_at.micros(),
        })
        .collect();
    let list = serde_json::to_string(&list).map_err(StoreError::corrupt)?;
    let raised = rows!(write, (Id<AlertId>,), RAISE, list.as_str(), At(now))?;
    Ok(raised.into_iter().map(|(id,)| id.0).collect())
}

#[derive(serde::Serialize)]
struct Raised<'a> {
    t: String,
    m: String,
    p: String,
    l: String,
    i: String,
    u: i64,
    b: i64,
    s: &'a str,
    k: &'a str,
    o: i64,
}

/// Notes that use fell below a level again; says whether there was an alert to recover.
///
/// # Errors
/// What the database gave.
pub async fn recover(write: &mut Write, key: AlertKey, now: Timestamp) -> Result<bool> {
    let place = key.place.to_string();
    let recovered = execute!(write, RECOVER, Id(key.tenant), Id(key.meter), place.as_str(), Word(key.level), At(now))?;
    Ok(recovered > 0)
}

/// The alerts of a tenant, the newest first.
///
/// # Errors
/// What the database gave.
pub async fn of_tenant(read: &mut Read, tenant: TenantId, limit: u32) -> Result<Vec<Alert>> {
    Ok(rows!(read, AlertRow, OF_TENANT, Id(tenant), i64::from(limit))?.into_iter().map(Alert::from).collect())
}

/// The newest alerts of all tenants.
///
/// # Errors
/// What the database gave.
pub async fn newest(read: &mut Read, limit: u32) -> Result<Vec<Alert>> {
    Ok(rows!(read, AlertRow, NEWEST, i64::from(limit))?.into_iter().map(Alert::from).collect())
}

/// The alerts of tenants that have not recovered: what an override or upgrade looks through.
///
/// # Errors
/// What the database gave.
pub async fn open_of(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<Alert>> {
    let list = json_ids(tenants.iter().copied());
    Ok(rows!(read, AlertRow, OPEN, list.as_str())?.into_iter().map(Alert::from).collect())
}

impl Alert {
    /// Where it counts.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a text that no program wrote.
    pub fn place(&self) -> Result<Place> {
        let unknown = || StoreError::corrupt(format!("the place '{}' of an alert", self.place));
        let (kind, rest) = self.place.split_once(':').ok_or_else(unknown)?;
        match kind {
            "period" => rest.parse().map(Place::Period).map_err(|_| unknown()),
            "day" => {
                let number = rest.parse().map_err(|_| unknown())?;
                Day::from_number(number).map(Place::Day).map_err(|_| unknown())
            }
            "month" => rest.parse().map(Place::Month).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}
