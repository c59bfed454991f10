//! Discounts of tenants. A coupon is never deleted; it ends.

use crate::codec::{At, Id, Word, at, id, json_ids};
use crate::conn::{Read, Write, execute, insert_rows, row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{CouponId, MeterId, TenantId};
use billing::invoice::CouponFacts;
use billing::money::Currency;
use billing::pricing::adjust::Coupon;
use billing::time::Timestamp;
use rust_decimal::Decimal;

/// A discount as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// What an invoice needs of it.
    pub coupon: CouponFacts,
    /// Who gave it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: Timestamp,
}

statements! {
    OF_TENANTS = in_ids("select tenant_id, coupon_id, ordinal, code, meter_id, kind, value, currency, valid_from, valid_to, actor, reason, created_at from coupons where tenant_id ", " order by tenant_id, ordinal");
    NEXT_ORDINAL = "select coalesce(max(ordinal), 0) + 1 from coupons where tenant_id = $1";
    END = "update coupons set valid_to = $3 where tenant_id = $1 and coupon_id = $2";
}

const PERCENT: &str = "percent";
const FIXED: &str = "fixed";

#[derive(sqlx::FromRow)]
struct CouponRow {
    tenant_id: Id<TenantId>,
    coupon_id: Id<CouponId>,
    ordinal: i64,
    code: String,
    meter_id: Option<Id<MeterId>>,
    kind: String,
    value: String,
    currency: Word<Currency>,
    valid_from: At,
    valid_to: Option<At>,
    actor: String,
    reason: String,
    created_at: At,
}

impl TryFrom<CouponRow> for CouponRecord {
    type Error = StoreError;

    fn try_from(row: CouponRow) -> Result<Self> {
        let value = Decimal::from_str_exact(&row.value).map_err(StoreError::corrupt)?;
        let off = match row.kind.as_str() {
            PERCENT => Coupon::Percent(value),
            FIXED => Coupon::Fixed(value),
            other => return Err(StoreError::corrupt(format!("a coupon of the kind '{other}'"))),
        };
        let coupon = CouponFacts {
            id: row.coupon_id.0,
            ordinal: row.ordinal,
            code: row.code,
            meter: id(row.meter_id),
            off,
            currency: row.currency.0,
            valid_from: row.valid_from.0,
            valid_to: at(row.valid_to),
        };
        let (actor, reason) = (row.actor, row.reason);
        Ok(Self { tenant: row.tenant_id.0, coupon, actor, reason, created_at: row.created_at.0 })
    }
}

/// All discounts of tenants, those that have ended too, in their order.
///
/// # Errors
/// What the database gave.
pub async fn of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<CouponRecord>> {
    let list = json_ids(tenants.iter().copied());
    rows!(read, CouponRow, OF_TENANTS, list.as_str())?.into_iter().map(CouponRecord::try_from).collect()
}

/// The place that the next discount of a tenant gets. Lock the tenant first: [`crate::tenants::lock`].
///
/// # Errors
/// What the database gave.
pub async fn next_ordinal(read: &mut Read, tenant: TenantId) -> Result<i64> {
    Ok(row!(read, (i64,), NEXT_ORDINAL, Id(tenant))?.0)
}

/// Adds discounts.
///
/// # Errors
/// [`StoreError::Constraint`] for a place that is taken.
pub async fn insert(write: &mut Write, coupons: &[CouponRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into coupons (tenant_id, coupon_id, ordinal, code, meter_id, kind, value, currency, valid_from, valid_to, actor, reason, created_at)",
        13,
        coupons,
        |row| [
            Id(row.tenant),
            Id(row.coupon.id),
            row.coupon.ordinal,
            row.coupon.code.as_str(),
            row.coupon.meter.map(Id),
            match row.coupon.off {
                Coupon::Percent(_) => PERCENT,
                Coupon::Fixed(_) => FIXED,
            },
            match row.coupon.off {
                Coupon::Percent(value) | Coupon::Fixed(value) => value.normalize().to_string(),
            },
            Word(row.coupon.currency),
            At(row.coupon.valid_from),
            row.coupon.valid_to.map(At),
            row.actor.as_str(),
            row.reason.as_str(),
            At(row.created_at),
        ],
        ""
    );
    Ok(())
}

/// Ends a discount: invoices of periods that start then or later do not get it.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn end(write: &mut Write, tenant: TenantId, coupon: CouponId, at: Timestamp) -> Result<()> {
    if execute!(write, END, Id(tenant), Id(coupon), At(at))? == 1 {
        return Ok(());
    }
    Err(StoreError::NotFound(format!("coupon {coupon}")))
}
