//! Import: usage files become events, by a mapping.
//!
//! The way of a row: [`read`] a record, [`interpret`] it by a [`layout`], resolve tenant, meter and subjects, assign it
//! by the tenant's timeline, and hand it to the store's append. What cannot be taken goes to quarantine and to the
//! put-aside file, never away.

pub(crate) mod aside;
mod beginning;
pub mod body;
mod catalog;
mod cells;
mod event;
mod feed;
pub mod identity;
pub mod interpret;
pub mod invoices;
pub mod layout;
mod ledger;
pub mod mapping;
mod overlap;
mod preset;
pub mod read;
pub mod refusal;
mod run;
mod simulate;
mod step;
mod take;
mod tally;
mod time;

pub use preset::{load, presets};
pub use run::{Failure, Told, run, run_and_tell};
