//! Plans and their versions: few, read whole. Versions are append-only.

use crate::codec::{At, Id, Word};
use crate::conn::{Read, Write, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{MeterId, PlanId, PlanVersionId};
use billing::money::{Currency, Money};
use billing::period::BillingInterval;
use billing::plan::{Allowance, FeeTiming, Plan, PlanVersion, RetryRule};
use billing::price::Price;
use billing::time::Timestamp;
use std::collections::{BTreeMap, HashMap};

statements! {
    ALL_PLANS = "select plan_id, family, code, name, rank from plans order by family, rank, code";
    ALL_VERSIONS = "select plan_version_id, plan_id, version, currency, interval_unit, fee_minor, fee_timing, minimum_minor, retry_success, features from plan_versions order by plan_id, currency, version";
    ALL_ALLOWANCES = "select plan_version_id, meter_id, included, cap from allowances";
    ALL_PRICES = "select plan_version_id, meter_id, price from prices";
}

#[derive(sqlx::FromRow)]
struct PlanRow {
    plan_id: Id<PlanId>,
    family: String,
    code: String,
    name: String,
    rank: i32,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    plan_version_id: Id<PlanVersionId>,
    plan_id: Id<PlanId>,
    version: i32,
    currency: Word<Currency>,
    interval_unit: Word<BillingInterval>,
    fee_minor: i64,
    fee_timing: Word<FeeTiming>,
    minimum_minor: Option<i64>,
    retry_success: Word<RetryRule>,
    features: String,
}

/// Adds plans.
///
/// # Errors
/// [`StoreError::Constraint`] for a code that exists.
pub async fn insert(write: &mut Write, plans: &[Plan]) -> Result<()> {
    insert_rows!(
        write,
        "insert into plans (plan_id, family, code, name, rank)",
        5,
        plans,
        |plan| [Id(plan.id), plan.family.as_str(), plan.code.as_str(), plan.name.as_str(), plan.rank],
        ""
    );
    Ok(())
}

/// Adds versions with their allowances and prices. They are never edited.
///
/// # Errors
/// [`StoreError::Constraint`] for a version that exists.
pub async fn insert_versions(write: &mut Write, versions: &[PlanVersion], created_at: Timestamp) -> Result<()> {
    let mut features = Vec::with_capacity(versions.len());
    for version in versions {
        let text = serde_json::to_string(&version.features).map_err(StoreError::corrupt)?;
        let number = i32::try_from(version.version).map_err(StoreError::corrupt)?;
        features.push((version, number, text));
    }
    insert_rows!(
        write,
        "insert into plan_versions (plan_version_id, plan_id, version, currency, interval_unit, fee_minor, fee_timing, minimum_minor, retry_success, features, created_at)",
        11,
        features,
        |row| [
            Id(row.0.id),
            Id(row.0.plan),
            row.1,
            Word(row.0.fee.currency()),
            Word(row.0.interval),
            row.0.fee.minor(),
            Word(row.0.fee_timing),
            row.0.minimum.map(Money::minor),
            Word(row.0.retry_success),
            row.2.as_str(),
            At(created_at),
        ],
        ""
    );
    let mut allowances = Vec::new();
    let mut prices = Vec::new();
    for version in versions {
        allowances.extend(version.allowances.iter().map(|(meter, allowance)| (version.id, *meter, *allowance)));
        for (meter, price) in &version.prices {
            prices.push((version.id, *meter, serde_json::to_string(price).map_err(StoreError::corrupt)?));
        }
    }
    insert_rows!(
        write,
        "insert into allowances (plan_version_id, meter_id, included, cap)",
        4,
        allowances,
        |row| [Id(row.0), Id(row.1), row.2.included, row.2.cap],
        ""
    );
    insert_rows!(
        write,
        "insert into prices (plan_version_id, meter_id, price)",
        3,
        prices,
        |row| [Id(row.0), Id(row.1), row.2.as_str()],
        ""
    );
    Ok(())
}

/// All plans, by family and rank.
///
/// # Errors
/// What the database gave.
pub async fn all(read: &mut Read) -> Result<Vec<Plan>> {
    let found = rows!(read, PlanRow, ALL_PLANS)?;
    let plan =
        |row: PlanRow| Plan { id: row.plan_id.0, family: row.family, code: row.code, name: row.name, rank: row.rank };
    Ok(found.into_iter().map(plan).collect())
}

/// All plan versions; the map is a [`billing::plan::PlanLookup`].
///
/// # Errors
/// What the database gave; [`StoreError::Corrupt`] for a price that cannot be read.
pub async fn all_versions(read: &mut Read) -> Result<HashMap<PlanVersionId, PlanVersion>> {
    let mut versions = HashMap::new();
    for row in rows!(read, VersionRow, ALL_VERSIONS)? {
        versions.insert(row.plan_version_id.0, version(row)?);
    }
    for (version, meter, included, cap) in
        rows!(read, (Id<PlanVersionId>, Id<MeterId>, Option<i64>, Option<i64>), ALL_ALLOWANCES)?
    {
        if let Some(version) = versions.get_mut(&version.0) {
            version.allowances.insert(meter.0, Allowance { included, cap });
        }
    }
    for (version, meter, price) in rows!(read, (Id<PlanVersionId>, Id<MeterId>, String), ALL_PRICES)? {
        if let Some(version) = versions.get_mut(&version.0) {
            let price: Price = serde_json::from_str(&price).map_err(StoreError::corrupt)?;
            version.prices.insert(meter.0, price);
        }
    }
    Ok(versions)
}

fn version(row: VersionRow) -> Result<PlanVersion> {
    let currency = row.currency.0;
    Ok(PlanVersion {
        id: row.plan_version_id.0,
        plan: row.plan_id.0,
        version: u32::try_from(row.version).map_err(StoreError::corrupt)?,
        fee: Money::from_minor(row.fee_minor, currency),
        interval: row.interval_unit.0,
        fee_timing: row.fee_timing.0,
        minimum: row.minimum_minor.map(|minor| Money::from_minor(minor, currency)),
        retry_success: row.retry_success.0,
        features: serde_json::from_str(&row.features).map_err(StoreError::corrupt)?,
        allowances: BTreeMap::new(),
        prices: BTreeMap::new(),
    })
}
