//! Use that is billed with another period than its own (rules, section 7.5): few rows, found by indexes of their own.

use super::{PeriodOf, asked, periods_json};
use crate::codec::{Id, id};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{MeterId, PeriodId, TenantId};
use std::collections::BTreeSet;

/// That use of a meter in one period is billed in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LateOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The period in which it happened.
    pub period: PeriodId,
    /// The period in which it is billed; none where a credit note has settled it.
    pub billed: Option<PeriodId>,
    /// The meter.
    pub meter: MeterId,
}

statements! {
    BILLED_IN = sql(asked!("select distinct e.tenant_id, e.period_id, e.billed_period_id, e.meter_id", "usage_events e", "on e.tenant_id = w.t and e.billed_period_id = w.p and e.billed_period_id <> e.period_id"));
    FROM = sql(asked!("select distinct e.tenant_id, e.period_id, e.billed_period_id, e.meter_id", "usage_events e", "on e.tenant_id = w.t and e.period_id = w.p and e.period_id is not null and (e.billed_period_id is null or e.billed_period_id <> e.period_id)"));
}

/// All late use that is billed in periods, and all that happened in them and is billed in another one.
///
/// # Errors
/// What the database gave.
pub async fn around(read: &mut Read, periods: &[PeriodOf]) -> Result<BTreeSet<LateOf>> {
    type Row = (Id<TenantId>, Id<PeriodId>, Option<Id<PeriodId>>, Id<MeterId>);
    let list = periods_json(periods)?;
    let mut found = rows!(read, Row, BILLED_IN, list.as_str())?;
    found.extend(rows!(read, Row, FROM, list.as_str())?);
    let late = |(tenant, period, billed, meter): Row| LateOf {
        tenant: tenant.0,
        period: period.0,
        billed: id(billed),
        meter: meter.0,
    };
    Ok(found.into_iter().map(late).collect())
}
