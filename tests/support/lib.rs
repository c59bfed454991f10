//! What tests share: a private PostgreSQL, and fresh databases in it.
//!
//! Not a place for test cases.

pub mod postgres;
