//! Who bills and how: one row, or none where nobody set anything. Defaults are those of the billing crate.

use crate::codec::At;
use crate::conn::{Read, Write, execute, maybe_row};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::invoice::Settings;
use billing::time::Timestamp;

statements! {
    READ = "select settings from billing_settings";
    CHANGE = "update billing_settings set settings = $1, updated_at = $2";
    INSERT = "insert into billing_settings (singleton, settings, updated_at) values (1, $1, $2)";
}

/// The settings.
///
/// # Errors
/// What the database gave; [`StoreError::Corrupt`] for settings that cannot be read.
pub async fn read(read: &mut Read) -> Result<Settings> {
    match maybe_row!(read, (String,), READ)? {
        None => Ok(Settings::default()),
        Some((text,)) => serde_json::from_str(&text).map_err(StoreError::corrupt),
    }
}

/// Sets all of them.
///
/// # Errors
/// What the database gave.
pub async fn set(write: &mut Write, settings: &Settings, at: Timestamp) -> Result<()> {
    let text = serde_json::to_string(settings).map_err(StoreError::corrupt)?;
    if execute!(write, CHANGE, text.as_str(), At(at))? == 0 {
        execute!(write, INSERT, text.as_str(), At(at))?;
    }
    Ok(())
}
