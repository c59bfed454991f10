//! Import of invoices and credit notes that another system issued, so that history can be reviewed and reconciled.
//!
//! The way of a row: `read` it into a `spool` that brings the rows of each document together, `build` the document,
//! and `take` it: found by its number, written once. Imported documents are outside of rules 7.1 to 7.7: they may be
//! negative and unlinked, and have no number of ours. What cannot be taken is put aside with its whole document.

mod build;
mod mapping;
mod preset;
mod read;
mod record;
mod row;
mod run;
mod spool;
mod take;
mod tally;

pub use preset::{load, presets};
pub use run::{Failure, run, run_and_tell};
