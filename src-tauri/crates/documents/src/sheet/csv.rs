//! A sheet as comma-separated text: figures exact, text harmless.

use super::{check, rows};
use operations::document::{CellKind, NotWritten, Sheet, harmless};

/// UTF-8 without a mark, comma, line feed; the first row has the names of the columns.
///
/// # Errors
/// [`NotWritten`] for a cell that does not hold what its column says.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>, NotWritten> {
    let failed = |error: csv::Error| NotWritten(format!("The table could not be written: {error}."));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(sheet.columns.iter().map(|column| column.name)).map_err(failed)?;
    for row in rows(sheet) {
        for (column, cell) in sheet.columns.iter().zip(row?) {
            let cell = cell.as_deref().unwrap_or_default();
            if column.kind == CellKind::Text {
                writer.write_field(harmless(cell)).map_err(failed)?;
                continue;
            }
            if !cell.is_empty() {
                check(column, cell)?;
            }
            writer.write_field(cell).map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| failed(error.into_error().into()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOSTILE, column};
    use super::*;
    use operations::document::original;

    fn sheet(rows: Vec<Vec<Option<String>>>) -> Sheet {
        let columns = vec![column("name", CellKind::Text), column("amount", CellKind::Amount)];
        Sheet { title: "Lines".to_owned(), columns, rows }
    }

    #[test]
    fn everything_is_read_back_as_it_was() {
        let amounts = ["-12.50", "9007199254740993", "0.000", "92233720368547758.07"];
        let rows: Vec<_> = HOSTILE
            .iter()
            .zip(amounts.iter().cycle())
            .map(|(text, amount)| vec![Some((*text).to_owned()), Some((*amount).to_owned())])
            .collect();
        let bytes = write(&sheet(rows.clone())).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let read: Vec<_> = reader
            .records()
            .map(|record| {
                let record = record.unwrap();
                vec![Some(original(&record[0]).to_owned()), Some(record[1].to_owned())]
            })
            .collect();
        assert_eq!(read, rows, "not a digit and not a character is lost");
    }

    #[test]
    fn negative_amounts_stay_numbers() {
        let bytes = write(&sheet(vec![vec![None, Some("-1.00".to_owned())]])).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "name,amount\n,-1.00\n", "no apostrophe before a figure");
    }

    #[test]
    fn a_formula_cannot_hide_among_figures() {
        let error = write(&sheet(vec![vec![None, Some("=1+1".to_owned())]])).unwrap_err();
        assert!(error.to_string().contains("amount"), "the column is named: {error}");
        assert!(write(&sheet(vec![vec![None]])).is_err(), "a short row would shift what follows");
    }
}
