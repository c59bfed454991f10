//! Invoices, their lines and their numbers: drafts, issued ones, imported ones.
//!
//! A draft is written anew as often as one likes. Once an invoice is issued only what it stands at moves, and the database
//! itself refuses the rest. Whoever changes one locks its tenant first ([`crate::tenants::lock`]), then the invoice
//! ([`one::lock`]), and takes its number last ([`series::take`]), because all wait for that. Not what is on an invoice: that
//! is [`billing::invoice`].

use crate::sql::Sql;

pub mod lines;
pub mod list;
pub mod one;
pub mod record;
pub mod series;
pub mod write;

pub use lines::LineRecord;
pub use list::{InvoiceFilter, InvoicePosition, InvoiceSum, Listed, Wanted};
pub use record::{InvoiceRecord, Issued};

/// Every fixed statement of these modules.
pub(crate) const STATEMENTS: [&[(&str, Sql)]; 4] =
    [lines::STATEMENTS, list::STATEMENTS, one::STATEMENTS, series::STATEMENTS];
