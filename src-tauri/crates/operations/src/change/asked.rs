//! What a person typed, checked field by field. Every text has a limit.

use crate::error::{OperationError, Result};
use billing::ids::TenantId;
use billing::meter::Meter;
use billing::money::{Currency, Money};
use billing::quantity::{Quantity, parse_decimal};
use billing::time::Timestamp;
use store::Read;
use store::tenants::Tenant;

const MAX_REASON_CHARS: usize = 1_000;
const MAX_KEY_BYTES: usize = 300;
const MAX_SOURCE_BYTES: usize = 100;
const MAX_NUMBER_CHARS: usize = 40;
const MAX_CODE_CHARS: usize = 200;

/// A reason: the audit log without one says nothing.
pub(crate) fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(OperationError::wrong_use("empty", "Say why: the reason goes on record.").field("reason"));
    }
    if text.chars().count() > MAX_REASON_CHARS {
        return Err(too_long("reason", MAX_REASON_CHARS, "characters"));
    }
    if text.contains('\0') {
        return Err(OperationError::wrong_use("malformed", "The reason holds a zero character.").field("reason"));
    }
    Ok(text.to_owned())
}

/// The key of an event.
pub(crate) fn key(field: &str, text: &str) -> Result<String> {
    identifier(field, text, MAX_KEY_BYTES)
}

/// The source of an event.
pub(crate) fn source(field: &str, text: &str) -> Result<String> {
    identifier(field, text, MAX_SOURCE_BYTES)
}

fn identifier(field: &str, text: &str, max_bytes: usize) -> Result<String> {
    if text.trim().is_empty() {
        return Err(OperationError::wrong_use("empty", "This may not be empty.").field(field));
    }
    if text.len() > max_bytes {
        return Err(too_long(field, max_bytes, "bytes"));
    }
    if text.chars().any(char::is_control) {
        return Err(OperationError::wrong_use("malformed", "This may not hold control characters.").field(field));
    }
    Ok(text.to_owned())
}

pub(crate) fn too_long(field: &str, limit: usize, unit: &str) -> OperationError {
    OperationError::wrong_use("too_long", format!("At most {limit} {unit} are kept.")).field(field)
}

/// An instant; none for `absent`.
pub(crate) fn instant(field: &str, text: Option<&str>, absent: Timestamp) -> Result<Timestamp> {
    let Some(text) = text else { return Ok(absent) };
    let malformed = |error: billing::time::TimeError| {
        OperationError::wrong_use("malformed", "Give the time with its zone, such as 2026-01-31T08:00:00Z.")
            .field(field)
            .because(error)
    };
    if text.len() > MAX_NUMBER_CHARS {
        return Err(too_long(field, MAX_NUMBER_CHARS, "characters"));
    }
    text.parse().map_err(malformed)
}

/// Units of a meter from decimal text in the meter's unit.
pub(crate) fn units(field: &str, text: &str, meter: &Meter) -> Result<i64> {
    if text.chars().count() > MAX_NUMBER_CHARS {
        return Err(too_long(field, MAX_NUMBER_CHARS, "characters"));
    }
    let value = parse_decimal(text.trim()).map_err(|error| {
        OperationError::wrong_use("malformed", "Give a decimal number, such as 12.5.").field(field).because(error)
    })?;
    let quantity = Quantity::exact(value, meter.scale).map_err(|error| {
        let digits = meter.scale.digits();
        let message = format!("{} is counted with {digits} decimal digits and up to 64 bits.", meter.name);
        OperationError::wrong_use("too_many_digits", message).field(field).because(error)
    })?;
    Ok(quantity.units())
}

/// An amount in minor units from decimal text in major units, above 0.
pub(crate) fn amount(field: &str, text: &str, currency: Currency) -> Result<i64> {
    if text.chars().count() > MAX_NUMBER_CHARS {
        return Err(too_long(field, MAX_NUMBER_CHARS, "characters"));
    }
    let malformed = || OperationError::wrong_use("malformed", "Give an amount, such as 12.50.").field(field);
    // Nobody writes an amount with an exponent: a letter in it is a slip.
    if text.contains(['e', 'E']) {
        return Err(malformed());
    }
    let value = parse_decimal(text.trim()).map_err(|error| malformed().because(error))?;
    let money = Money::rounded(value, currency).map_err(|error| {
        OperationError::wrong_use("too_large", "The amount is larger than can be kept.").field(field).because(error)
    })?;
    if money.decimal() != value {
        let message = format!("{currency} has {} decimal digits.", currency.digits());
        return Err(OperationError::wrong_use("too_many_digits", message).field(field));
    }
    if money.minor() <= 0 {
        return Err(OperationError::wrong_use("not_positive", "The amount is above 0.").field(field));
    }
    Ok(money.minor())
}

/// A text that a person wrote: not empty, within a limit of characters, without zero characters.
pub(crate) fn text(field: &str, text: &str, max_chars: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(OperationError::wrong_use("empty", "This may not be empty.").field(field));
    }
    optional_text(field, text, max_chars)
}

/// As [`text`], and it may be empty.
pub(crate) fn optional_text(field: &str, text: &str, max_chars: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > max_chars {
        return Err(too_long(field, max_chars, "characters"));
    }
    if text.contains('\0') {
        return Err(OperationError::wrong_use("malformed", "This holds a zero character.").field(field));
    }
    Ok(text.to_owned())
}

/// An id with its prefix.
pub(crate) fn id<T: std::str::FromStr<Err = billing::ids::InvalidId>>(field: &str, text: &str) -> Result<T> {
    let short: String = text.chars().take(MAX_CODE_CHARS).collect();
    short.parse().map_err(|error: billing::ids::InvalidId| {
        OperationError::wrong_use("malformed", "This is no id of the expected kind.").field(field).because(error)
    })
}

/// The tenant that is named by its id.
pub(crate) async fn tenant(read: &mut Read, id: TenantId) -> Result<Tenant> {
    store::tenants::by_id(read, id)
        .await?
        .ok_or_else(|| OperationError::not_found("unknown_tenant", "There is no such tenant.").field("tenant_id"))
}

/// The meter of a code.
pub(crate) async fn meter(read: &mut Read, code: &str) -> Result<Meter> {
    let found = store::meters::all(read).await?.into_iter().find(|meter| meter.code == code);
    found.ok_or_else(|| {
        let code: String = code.chars().take(MAX_CODE_CHARS).collect();
        OperationError::not_found("unknown_meter", format!("There is no meter '{code}'.")).field("meter")
    })
}
