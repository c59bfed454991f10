//! A sheet as a workbook: text is never a formula, figures are numbers with all their digits, and a figure that a
//! spreadsheet cannot hold exactly is text.

use super::{check, rows};
use billing::time::Day;
use operations::document::{CellKind, Column, NotWritten, Sheet};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use std::collections::BTreeMap;

/// Rows of a worksheet below its head.
const MOST_ROWS: usize = 1_048_575;
/// Significant digits that a spreadsheet keeps.
const EXACT_DIGITS: usize = 15;
/// Spreadsheets count days from 1900 with a day that never was: from here on all agree.
const FIRST_DAY: &str = "1900-03-01";

/// One worksheet with a frozen head.
///
/// # Errors
/// [`NotWritten`] for more rows than a worksheet has, or a cell that does not hold what its column says.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>, NotWritten> {
    if sheet.rows.len() > MOST_ROWS {
        return Err(NotWritten(format!("A worksheet has {MOST_ROWS} rows, and there are {}.", sheet.rows.len())));
    }
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let worksheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
    worksheet.set_name(name(&sheet.title)).map_err(failed)?;
    worksheet.set_freeze_panes(1, 0).map_err(failed)?;
    head(worksheet, &sheet.columns).map_err(failed)?;
    let mut formats = Formats::default();
    for (index, row) in rows(sheet).enumerate() {
        for (place, (column, cell)) in sheet.columns.iter().zip(row?).enumerate() {
            let Some(cell) = cell.as_deref().filter(|cell| !cell.is_empty()) else { continue };
            check(column, cell)?;
            let place = (narrow(index + 1)?, narrow(place)?);
            write_cell(worksheet, place, column.kind, cell, &mut formats).map_err(failed)?;
        }
    }
    workbook.save_to_buffer().map_err(failed)
}

fn failed(error: XlsxError) -> NotWritten {
    NotWritten(format!("The workbook could not be written: {error}."))
}

fn narrow<T: TryFrom<usize>>(place: usize) -> Result<T, NotWritten> {
    T::try_from(place).map_err(|_| NotWritten("The table is larger than a worksheet.".to_owned()))
}

/// A worksheet's name has at most 31 characters and none of these.
fn name(title: &str) -> String {
    title.chars().map(|character| if "[]:*?/\\'".contains(character) { ' ' } else { character }).take(31).collect()
}

fn head(worksheet: &mut Worksheet, columns: &[Column]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (place, column) in (0_u16..).zip(columns) {
        let is_figure = matches!(column.kind, CellKind::Amount | CellKind::Quantity | CellKind::Integer);
        let format = if is_figure { bold.clone().set_align(FormatAlign::Right) } else { bold.clone() };
        worksheet.set_column_width(place, width(column.kind))?;
        worksheet.write_string_with_format(0, place, column.name, &format)?;
    }
    Ok(())
}

const fn width(kind: CellKind) -> u8 {
    match kind {
        CellKind::Text => 24,
        CellKind::Amount | CellKind::Quantity => 18,
        CellKind::Integer => 9,
        CellKind::Day => 12,
        CellKind::Instant => 27,
    }
}

/// Formats by number of decimals, made once.
#[derive(Default)]
struct Formats {
    decimals: BTreeMap<usize, Format>,
}

impl Formats {
    fn decimals(&mut self, digits: usize) -> &Format {
        self.decimals.entry(digits).or_insert_with(|| {
            let fraction = if digits == 0 { String::new() } else { format!(".{}", "0".repeat(digits)) };
            Format::new().set_num_format(format!("#,##0{fraction}"))
        })
    }
}

fn write_cell(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    kind: CellKind,
    cell: &str,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    match kind {
        CellKind::Text | CellKind::Instant => worksheet.write_string(row, column, cell)?,
        CellKind::Amount | CellKind::Quantity | CellKind::Integer => match exact_number(cell) {
            Some(number) => {
                let digits = cell.split_once('.').map_or(0, |(_, fraction)| fraction.len());
                worksheet.write_number_with_format(row, column, number, formats.decimals(digits))?
            }
            None => {
                let right = Format::new().set_align(FormatAlign::Right);
                worksheet.write_string_with_format(row, column, cell, &right)?
            }
        },
        CellKind::Day => match excel_day(cell)? {
            Some(day) => {
                let format = Format::new().set_num_format("yyyy-mm-dd");
                worksheet.write_datetime_with_format(row, column, &day, &format)?
            }
            None => worksheet.write_string(row, column, cell)?,
        },
    };
    Ok(())
}

/// The number that a spreadsheet keeps exactly; none beyond its digits.
fn exact_number(cell: &str) -> Option<f64> {
    let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').len();
    if significant > EXACT_DIGITS { None } else { cell.parse().ok() }
}

fn excel_day(cell: &str) -> Result<Option<ExcelDateTime>, XlsxError> {
    let first: Day = FIRST_DAY.parse().expect("a day of the calendar");
    let is_known = cell.parse::<Day>().is_ok_and(|day| day >= first);
    if is_known { ExcelDateTime::parse_from_str(cell).map(Some) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOSTILE, column};
    use super::*;
    use calamine::{Data, Range, Reader, Xlsx};

    fn read(bytes: &[u8]) -> Range<Data> {
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let formulas = workbook.worksheet_formula("Lines").unwrap();
        assert!(formulas.used_cells().next().is_none(), "no cell is a formula");
        workbook.worksheet_range("Lines").unwrap()
    }

    fn sheet(columns: Vec<Column>, rows: &[&[&str]]) -> Sheet {
        let cell = |cell: &&str| Some((*cell).to_owned());
        let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        Sheet { title: "Lines".to_owned(), columns, rows }
    }

    #[test]
    fn hostile_text_stays_text() {
        let rows: Vec<_> = HOSTILE.iter().map(|text| vec![Some((*text).to_owned())]).collect();
        let columns = vec![column("name", CellKind::Text)];
        let range = read(&write(&Sheet { title: "Lines".to_owned(), columns, rows }).unwrap());
        for (index, text) in HOSTILE.iter().enumerate() {
            let cell = range.get((index + 1, 0)).unwrap();
            assert_eq!(cell, &Data::String((*text).to_owned()), "as it was, without a mark");
        }
    }

    #[test]
    fn amounts_are_numbers_whose_sum_is_the_sum() {
        let amounts: Vec<String> = (0..1_000).map(|cents| format!("{}.{:02}", cents * 7, cents % 100)).collect();
        let rows: Vec<Vec<_>> = amounts.iter().map(|amount| vec![Some(amount.clone())]).collect();
        let columns = vec![column("amount", CellKind::Amount)];
        let range = read(&write(&Sheet { title: "Lines".to_owned(), columns, rows }).unwrap());
        let read_back = |index: usize| match range.get((index + 1, 0)) {
            Some(Data::Float(number)) => format!("{number:.2}"),
            other => panic!("{other:?} is no number"),
        };
        let total = |texts: &mut dyn Iterator<Item = String>| -> rust_decimal::Decimal {
            texts.map(|text| text.parse::<rust_decimal::Decimal>().unwrap()).sum()
        };
        let expected = total(&mut amounts.iter().cloned());
        assert_eq!(total(&mut (0..1_000).map(read_back)), expected, "to the cent");
    }

    #[test]
    fn a_figure_beyond_fifteen_digits_is_text_and_not_rounded() {
        let rows: [&[&str]; 4] =
            [&["9007199254740993"], &["999999999999999"], &["-92233720368547758.07"], &["0.000000001"]];
        let range = read(&write(&sheet(vec![column("quantity", CellKind::Quantity)], &rows)).unwrap());
        let cell = |row| range.get((row, 0)).unwrap().clone();
        assert_eq!(cell(1), Data::String("9007199254740993".to_owned()), "2^53 + 1 would become 2^53");
        assert_eq!(cell(2), Data::Float(999_999_999_999_999.0), "fifteen digits are kept");
        assert_eq!(cell(3), Data::String("-92233720368547758.07".to_owned()), "the largest amount");
        assert_eq!(cell(4), Data::Float(0.000_000_001), "leading zeros are no digits that count");
    }

    #[test]
    fn days_are_dates_and_instants_keep_their_microseconds() {
        let columns = vec![column("day", CellKind::Day), column("at", CellKind::Instant)];
        let rows: [&[&str]; 2] =
            [&["2026-02-28", "2026-02-28T23:59:59.999999Z"], &["1900-02-01", "1900-02-01T00:00:00Z"]];
        let range = read(&write(&sheet(columns, &rows)).unwrap());
        let Some(Data::DateTime(day)) = range.get((1, 0)) else { panic!("a day is a date") };
        assert_eq!(day.to_ymd_hms_milli(), (2026, 2, 28, 0, 0, 0, 0), "the same day");
        assert_eq!(range.get((1, 1)), Some(&Data::String("2026-02-28T23:59:59.999999Z".to_owned())));
        assert_eq!(range.get((2, 0)), Some(&Data::String("1900-02-01".to_owned())), "programs differ on that one");
    }

    #[test]
    fn the_same_sheet_gives_the_same_bytes() {
        let one = sheet(vec![column("amount", CellKind::Amount)], &[&["1.00"]]);
        assert_eq!(write(&one).unwrap(), write(&one).unwrap(), "no clock in the file");
    }
}
