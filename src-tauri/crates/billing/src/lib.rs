//! The rules of billing, pure: no I/O, no async, no clock, no floats.
//!
//! Everything a person sees is computed from the ledger by the functions of this crate. It knows neither a
//! database nor a screen; the clock and new ids are arguments.

pub mod contribution;
pub mod erasure;
pub mod event;
pub mod exact;
pub mod ids;
pub mod invoice;
pub mod leaf;
pub mod level;
pub mod meter;
pub mod money;
pub mod period;
pub mod plan;
pub mod price;
pub mod pricing;
pub mod put_aside;
pub mod quantity;
pub mod storage;
pub mod time;
pub mod timeline;
