//! What screens read, on both engines: every case runs on a SQLite file and on a private PostgreSQL.

mod base;
mod empty;
