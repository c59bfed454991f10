//! Files for people outside the program: printed documents, workbooks, tables and chart pictures, made from wire types.
//!
//! It reads no database and decides nothing; what it is given is what it writes.

pub mod chart;
pub mod files;
mod pdf;
pub mod sheet;
pub mod table;

pub use files::Files;
pub use pdf::credit::pages as credit_note_pages;
pub use pdf::invoice::pages as invoice_pages;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// There is nothing to draw.
    #[error("there is no use in these days, so there is nothing to save")]
    Empty,
    /// A figure is not a decimal number.
    #[error("'{0}' is not a decimal number")]
    NotANumber(String),
    /// Drawing failed.
    #[error("the chart could not be drawn: {0}")]
    Drawing(String),
    /// Writing the table failed.
    #[error("the table could not be written: {0}")]
    Table(#[from] csv::Error),
}
