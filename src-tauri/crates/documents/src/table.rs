//! Tables as CSV: exact figures, and text that a spreadsheet does not take for a formula.

use crate::DocumentError;
use operations::document::harmless;
use operations::wire::TimeSeries;

/// A tenant's use by day: one row a day and meter, figures exact and unrounded.
///
/// # Errors
/// [`DocumentError::Empty`] without any use.
pub fn time_series_csv(series: &TimeSeries) -> Result<Vec<u8>, DocumentError> {
    if series.series.is_empty() {
        return Err(DocumentError::Empty);
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["day", "zone", "meter", "name", "unit", "use", "billable_use"])?;
    for meter in &series.series {
        for ((day, all), billable) in series.days.iter().zip(&meter.all).zip(&meter.billable) {
            writer.write_record([
                day,
                &series.zone,
                &harmless(&meter.meter),
                &harmless(&meter.name),
                &harmless(&meter.unit),
                all,
                billable,
            ])?;
        }
    }
    writer.into_inner().map_err(|error| DocumentError::Table(error.into_error().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::tests::two_meters;

    #[test]
    fn a_row_for_each_day_and_meter_with_exact_figures() {
        let text = String::from_utf8(time_series_csv(&two_meters()).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 3 * 2, "three days of two meters, and the head");
        assert_eq!(lines[1], "2026-01-30,Europe/Berlin,call_seconds,Call time,seconds,9007199254740993,60");
    }

    #[test]
    fn formulas_become_text() {
        let mut series = two_meters();
        series.series[0].name = "=HYPERLINK(\"http://x\")".to_owned();
        let text = String::from_utf8(time_series_csv(&series).unwrap()).unwrap();
        assert!(text.contains("\"'=HYPERLINK("), "a cell must not begin with an equals sign: {text}");
    }

    #[test]
    fn nothing_is_no_file() {
        let mut series = two_meters();
        series.series.clear();
        assert!(matches!(time_series_csv(&series), Err(DocumentError::Empty)));
    }
}
