//! The rules of billing, pure: no I/O, no async, no clock, no floats.
//!
//! Everything a person sees is computed from the ledger by the functions of this crate. It knows neither a
//! database nor a screen; the clock and new ids are arguments.

pub mod event;
pub mod ids;
pub mod meter;
pub mod money;
pub mod quantity;
pub mod time;
