//! What tests share: a private PostgreSQL, fresh ledgers on every engine, a small world to append to; a server with TLS,
//! and a person at a machine with a keyring.
//!
//! Not a place for test cases. The one fake is a keyring that misbehaves in ways that a real one cannot be asked for.

pub mod bill;
pub mod canary;
pub mod firm;
pub mod keyring;
pub mod ledger;
pub mod person;
pub mod postgres;
pub mod server;
pub mod world;

pub use ledger::{Kind, Ledger};
pub use world::{Shape, World, at};
