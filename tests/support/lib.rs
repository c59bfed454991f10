//! What tests share: a private PostgreSQL, fresh ledgers on every engine, and a small world to append to.
//!
//! Not a place for test cases, and not a fake of anything: everything goes through the store.

pub mod bill;
pub mod firm;
pub mod ledger;
pub mod postgres;
pub mod world;

pub use ledger::{Kind, Ledger};
pub use world::{Shape, World, at};
