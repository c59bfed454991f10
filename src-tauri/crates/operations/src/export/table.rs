//! A table that is filled row by row, up to a limit.

use crate::document::{CellKind, Column, Sheet};
use crate::error::{OperationError, Result};
use billing::money::{Currency, Money};
use std::fmt::Display;

/// Rows of one file; a worksheet has little more.
pub const MAX_ROWS: usize = 1_000_000;

/// A table.
pub(crate) struct Table(Sheet);

impl Table {
    /// Without rows.
    pub fn new(title: &str, columns: &[(&'static str, CellKind)]) -> Self {
        let columns = columns.iter().map(|&(name, kind)| Column { name, kind }).collect();
        Self(Sheet { title: title.to_owned(), columns, rows: Vec::new() })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `too_many_rows`.
    pub fn push<const N: usize>(&mut self, cells: [Option<String>; N]) -> Result<()> {
        debug_assert_eq!(N, self.0.columns.len(), "a cell for each column of {}", self.0.title);
        if self.0.rows.len() == MAX_ROWS {
            return Err(too_many());
        }
        self.0.rows.push(cells.into());
        Ok(())
    }

    /// Rows that still fit.
    pub fn room(&self) -> usize {
        MAX_ROWS - self.0.rows.len()
    }

    /// The table.
    pub fn finish(self) -> Sheet {
        self.0
    }
}

/// More than one file takes.
pub(crate) fn too_many() -> OperationError {
    let sentence = format!("There are more than {MAX_ROWS} rows; narrow the filter, for instance by days.");
    OperationError::refused("too_many_rows", sentence).field("filter")
}

/// A cell.
pub(crate) fn some<T: Display>(value: T) -> Option<String> {
    Some(value.to_string())
}

/// A cell where there is a value.
pub(crate) fn maybe<T: Display>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// Minor units as a cell.
pub(crate) fn amount(minor: i64, currency: Currency) -> Option<String> {
    some(Money::from_minor(minor, currency))
}
