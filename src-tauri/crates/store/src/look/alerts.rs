//! Raised alerts as screens show them.

use crate::codec::{At, Id, Word, at};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{MeterId, TenantId};
use billing::level::Level;
use billing::time::Timestamp;

/// A raised alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedAlert {
    /// The meter.
    pub meter: MeterId,
    /// The level that was reached.
    pub level: Level,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// Use at the crossing.
    pub used: i64,
    /// What the percentage is of.
    pub base: i64,
    /// Source of the event that crossed.
    pub source: String,
    /// Its key.
    pub key: String,
    /// When the use fell below again.
    pub recovered_at: Option<Timestamp>,
}

statements! {
    OF_TENANT = "select meter_id, level, raised_at, used, base, source, event_key, recovered_at
        from alerts where tenant_id = $1 order by raised_at desc, occurred_at desc, meter_id, level limit $2";
}

type AlertRow = (Id<MeterId>, Word<Level>, At, i64, i64, String, String, Option<At>);

/// Alerts of a tenant, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_tenant(read: &mut Read, tenant: TenantId, limit: u32) -> Result<Vec<RaisedAlert>> {
    let found = rows!(read, AlertRow, OF_TENANT, Id(tenant), i64::from(limit))?;
    let alert = |(meter, level, raised_at, used, base, source, key, recovered_at): AlertRow| RaisedAlert {
        meter: meter.0,
        level: level.0,
        raised_at: raised_at.0,
        used,
        base,
        source,
        key,
        recovered_at: at(recovered_at),
    };
    Ok(found.into_iter().map(alert).collect())
}
