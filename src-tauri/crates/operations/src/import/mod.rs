//! Import: usage files become events, by a mapping.
//!
//! The way of a row: [`read`] a record, [`interpret`] it by a [`layout`], resolve tenant, meter and subjects, assign it
//! by the tenant's timeline, and hand it to the store's append. What cannot be taken goes to quarantine and to the
//! put-aside file, never away.

mod aside;
pub mod identity;
pub mod interpret;
pub mod layout;
pub mod mapping;
mod preset;
pub mod read;
pub mod refusal;
mod time;

pub use preset::{load, presets};
