//! Meters: few, read whole.

use crate::codec::{Id, Word};
use crate::conn::{Read, Write, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::limits::locked;
use crate::sql::statements;
use billing::ids::MeterId;
use billing::meter::{Aggregation, Meter, Reset};
use billing::quantity::Scale;
use std::sync::Arc;

statements! {
    ALL = "select meter_id, code, name, unit, scale, aggregation, reset, signed from meters order by code";
}

#[derive(sqlx::FromRow)]
struct MeterRow {
    meter_id: Id<MeterId>,
    code: String,
    name: String,
    unit: String,
    scale: i32,
    aggregation: Word<Aggregation>,
    reset: Word<Reset>,
    signed: bool,
}

/// Adds meters.
///
/// # Errors
/// [`StoreError::Constraint`] for a code that exists.
pub async fn insert(write: &mut Write, meters: &[Meter]) -> Result<()> {
    insert_rows!(
        write,
        "insert into meters (meter_id, code, name, unit, scale, aggregation, reset, signed)",
        8,
        meters,
        |meter| [
            Id(meter.id),
            meter.code.as_str(),
            meter.name.as_str(),
            meter.unit.as_str(),
            i32::from(meter.scale.digits()),
            Word(meter.aggregation),
            Word(meter.reset),
            meter.signed,
        ],
        ""
    );
    Ok(())
}

/// All meters, by code.
///
/// # Errors
/// What the database gave.
pub async fn all(read: &mut Read) -> Result<Vec<Meter>> {
    let found = rows!(read, MeterRow, ALL)?;
    found.into_iter().map(meter).collect()
}

fn meter(row: MeterRow) -> Result<Meter> {
    let digits = u8::try_from(row.scale).map_err(StoreError::corrupt)?;
    Ok(Meter {
        id: row.meter_id.0,
        code: row.code,
        name: row.name,
        unit: row.unit,
        scale: Scale::new(digits).map_err(StoreError::corrupt)?,
        aggregation: row.aggregation.0,
        reset: row.reset.0,
        signed: row.signed,
    })
}

/// A meter by its id, kept from an earlier look: meters are never edited.
pub(crate) async fn cached(read: &mut Read, id: MeterId) -> Result<Option<Arc<Meter>>> {
    if let Some(meter) = locked(&read.caches.meters).get(&id) {
        return Ok(Some(Arc::clone(meter)));
    }
    let all = all(read).await?;
    let mut kept = locked(&read.caches.meters);
    kept.extend(all.into_iter().map(|meter| (meter.id, Arc::new(meter))));
    Ok(kept.get(&id).map(Arc::clone))
}
