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
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing",
        // A trigger refuses a key that is there before `on conflict` would look away.
        "insert into alerts (tenant_id, meter_id, place, level, alert_id, raised_at, used, base, source, event_key, occurred_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
          where not exists (select 1 from alerts where tenant_id = $1 and meter_id = $2 and place = $3 and level = $4)"
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
    fn id(&self) -> AlertId {
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

/// Raises an alert unless it was raised before; says whether it was.
///
/// # Errors
/// What the database gave.
pub async fn raise(write: &mut Write, key: AlertKey, crossing: Crossing<'_>, now: Timestamp) -> Result<bool> {
    let raised = execute!(
        write,
        RAISE,
        Id(key.tenant),
        Id(key.meter),
        key.place.to_string(),
        Word(key.level),
        Id(key.id()),
        At(now),
        crossing.used,
        crossing.base,
        crossing.event.source.as_str(),
        crossing.event.key.as_str(),
        At(crossing.occurred_at),
    )?;
    Ok(raised > 0)
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
