//! What screens read, on both engines: every case runs on a SQLite file and on a private PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod base;
mod empty;
