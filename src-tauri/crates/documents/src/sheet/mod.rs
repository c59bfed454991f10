//! Sheets as files: what a cell may hold.

pub mod csv;
pub mod xlsx;

use billing::quantity::parse_decimal;
use billing::time::{Day, Timestamp};
use operations::document::{CellKind, Column, NotWritten, Sheet};

/// Refuses a cell that does not hold what its column says: a figure that is no figure could be a formula.
fn check(column: &Column, cell: &str) -> Result<(), NotWritten> {
    let is_signed_plus = column.kind != CellKind::Text && cell.starts_with('+');
    let fits = !is_signed_plus
        && match column.kind {
            CellKind::Text => true,
            CellKind::Amount | CellKind::Quantity => parse_decimal(cell).is_ok(),
            CellKind::Integer => cell.parse::<i64>().is_ok(),
            CellKind::Day => cell.parse::<Day>().is_ok(),
            CellKind::Instant => cell.parse::<Timestamp>().is_ok(),
        };
    let shown = || cell.chars().take(40).collect::<String>();
    if fits {
        Ok(())
    } else {
        Err(NotWritten(format!("'{}' does not belong into the column {}.", shown(), column.name)))
    }
}

/// The rows, each as wide as the columns.
fn rows(sheet: &Sheet) -> impl Iterator<Item = Result<&[Option<String>], NotWritten>> {
    sheet.rows.iter().map(|row| {
        if row.len() == sheet.columns.len() {
            return Ok(row.as_slice());
        }
        Err(NotWritten(format!(
            "A row of {} has {} cells for {} columns.",
            sheet.title,
            row.len(),
            sheet.columns.len()
        )))
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Text that tries to be more than text, and text that must come back as it was.
    pub(crate) const HOSTILE: [&str; 20] = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =cmd|' /C calc'!A0",
        "\u{a0}=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "'s-Hertogenbosch",
        "'=1",
        "a,b;c\"d\"\ne",
        "=\u{202e}1",
        " plain",
        "00123",
        "Žluťoučký 株式会社 شركة",
    ];

    pub(crate) fn column(name: &'static str, kind: CellKind) -> Column {
        Column { name, kind }
    }

    #[test]
    fn a_figure_that_is_no_figure_is_refused() {
        for (kind, cell) in [
            (CellKind::Amount, "=1+1"),
            (CellKind::Amount, "+1"),
            (CellKind::Quantity, "1,5"),
            (CellKind::Integer, "@x"),
            (CellKind::Day, "=TODAY()"),
            (CellKind::Instant, "-"),
        ] {
            let error = check(&column("x", kind), cell).expect_err(cell);
            assert!(error.to_string().contains("column x"), "{error}");
        }
    }
}
