//! A tenant's use by day as a picture: one panel a meter, because meters do not share a unit.
//!
//! Geometry only: figures become floats at the last moment, for the position of a bar, and nothing is read back.

use crate::DocumentError;
use operations::wire::{MeterSeries, TimeSeries};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::sync::Once;

const FONT: &str = "countinghouse";
const WIDTH: u32 = 1200;
const PANEL_HEIGHT: u32 = 260;
const HEAD_HEIGHT: u32 = 56;
const MOST_PANELS: usize = 12;

/// A colour-blind safe set in fixed order; billable use is solid, the rest of all use is pale.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x99, 0x8e, 0xc3),
    RGBColor(0x66, 0x66, 0x66),
];

/// The chart as SVG.
///
/// # Errors
/// [`DocumentError`] when there is nothing to draw or drawing fails.
pub fn time_series_svg(title: &str, series: &TimeSeries) -> Result<String, DocumentError> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (WIDTH, height(series)?)).into_drawing_area();
        draw(&root, title, series)?;
        root.present().map_err(drawing)?;
    }
    Ok(text)
}

/// The chart as PNG.
///
/// # Errors
/// [`DocumentError`] when there is nothing to draw or drawing fails.
pub fn time_series_png(title: &str, series: &TimeSeries) -> Result<Vec<u8>, DocumentError> {
    let height = height(series)?;
    let mut pixels = vec![0; WIDTH as usize * height as usize * 3];
    {
        let root = BitMapBackend::with_buffer(&mut pixels, (WIDTH, height)).into_drawing_area();
        draw(&root, title, series)?;
        root.present().map_err(drawing)?;
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels))
        .map_err(|error| DocumentError::Drawing(error.to_string()))?;
    Ok(file)
}

fn drawing<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> DocumentError {
    DocumentError::Drawing(error.to_string())
}

fn panels(series: &TimeSeries) -> usize {
    series.series.len().min(MOST_PANELS)
}

fn height(series: &TimeSeries) -> Result<u32, DocumentError> {
    if series.series.is_empty() || series.days.is_empty() {
        return Err(DocumentError::Empty);
    }
    let count = u32::try_from(panels(series)).map_err(|_| DocumentError::Empty)?;
    Ok(HEAD_HEIGHT + PANEL_HEIGHT * count)
}

fn draw<DB: DrawingBackend>(
    root: &DrawingArea<DB, Shift>,
    title: &str,
    series: &TimeSeries,
) -> Result<(), DocumentError> {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        let registered = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
        assert!(registered.is_ok(), "the font that comes along is a font");
    });
    root.fill(&WHITE).map_err(drawing)?;
    let (head, body) = root.split_vertically(HEAD_HEIGHT);
    let ink = RGBColor(0x1c, 0x24, 0x36);
    head.draw(&Text::new(title.to_owned(), (24, 14), (FONT, 20).into_font().color(&ink))).map_err(drawing)?;
    let span = format!(
        "{} to {}, days in {}, read {}",
        series.days.first().map_or("", String::as_str),
        series.days.last().map_or("", String::as_str),
        series.zone,
        series.as_of
    );
    head.draw(&Text::new(span, (24, 38), (FONT, 12).into_font().color(&ink.mix(0.7)))).map_err(drawing)?;
    let areas = body.split_evenly((panels(series), 1));
    for ((meter, area), colour) in series.series.iter().zip(&areas).zip(COLOURS.iter().cycle()) {
        draw_panel(area, meter, &series.days, *colour)?;
    }
    Ok(())
}

fn draw_panel<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    meter: &MeterSeries,
    days: &[String],
    colour: RGBColor,
) -> Result<(), DocumentError> {
    let all = decimals(&meter.all)?;
    let billable = decimals(&meter.billable)?;
    let highest = all.iter().chain(&billable).copied().fold(Decimal::ONE, Decimal::max);
    let lowest = all.iter().chain(&billable).copied().fold(Decimal::ZERO, Decimal::min);
    let caption = format!("{} ({}): all use pale, billable use solid", meter.name, meter.unit);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(caption, (FONT, 14))
        .x_label_area_size(24)
        .y_label_area_size(110)
        .build_cartesian_2d((0..days.len()).into_segmented(), position(lowest)..position(highest))
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .label_style((FONT, 11))
        .x_labels(12)
        .x_label_formatter(&|segment| match segment {
            SegmentValue::CenterOf(index) | SegmentValue::Exact(index) => days.get(*index).cloned().unwrap_or_default(),
            SegmentValue::Last => String::new(),
        })
        .y_labels(5)
        .y_label_formatter(&|value| grouped(*value))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .draw()
        .map_err(drawing)?;
    for (values, style) in [(&all, colour.mix(0.3).filled()), (&billable, colour.filled())] {
        let bars = values.iter().enumerate().map(|(index, value)| (index, position(*value)));
        chart
            .draw_series(Histogram::vertical(&chart).style(style).margin(1).baseline(0.0).data(bars))
            .map_err(drawing)?;
    }
    Ok(())
}

fn decimals(values: &[String]) -> Result<Vec<Decimal>, DocumentError> {
    values.iter().map(|text| text.parse().map_err(|_| DocumentError::NotANumber(text.clone()))).collect()
}

/// Where a figure lies on the axis. The only float: it is drawn and never read back.
fn position(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

/// An axis label with its thousands apart.
fn grouped(value: f64) -> String {
    let text = format!("{value:.0}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("\u{2212}", digits));
    let mut label = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            label.push('\u{202f}');
        }
        label.push(digit);
    }
    label
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn two_meters() -> TimeSeries {
        let meter = |code: &str, name: &str, first: &str| MeterSeries {
            meter: code.to_owned(),
            name: name.to_owned(),
            unit: "seconds".to_owned(),
            aggregation: "sum".to_owned(),
            all: vec![first.to_owned(), "-12.5".to_owned(), "0".to_owned()],
            billable: vec!["60".to_owned(), "0".to_owned(), "0".to_owned()],
        };
        TimeSeries {
            as_of: "2026-02-01T00:00:00Z".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            days: ["2026-01-30", "2026-01-31", "2026-02-01"].map(str::to_owned).to_vec(),
            series: vec![
                meter("call_seconds", "Call time", "9007199254740993"),
                meter("tokens", "<script>alert(1)</script>", "5"),
            ],
        }
    }

    #[test]
    fn an_svg_names_each_meter_as_text() {
        let svg = time_series_svg("Usage of Müller & Söhne", &two_meters()).unwrap();
        assert!(svg.contains("Call time (seconds)"), "the panel of the first meter has its name");
        assert!(!svg.contains("<script>"), "names are text, never markup");
    }

    #[test]
    fn a_png_has_a_panel_for_each_meter() {
        let file = time_series_png("Usage", &two_meters()).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        assert_eq!(reader.info().size(), (WIDTH, HEAD_HEIGHT + 2 * PANEL_HEIGHT), "a head and two panels");
    }

    #[test]
    fn labels_group_thousands() {
        assert_eq!(grouped(-1_234_567.0), "\u{2212}1\u{202f}234\u{202f}567", "a proper minus sign and narrow spaces");
        assert_eq!(grouped(999.0), "999", "three digits stay together");
    }

    #[test]
    fn nothing_is_no_picture() {
        let mut series = two_meters();
        series.days.clear();
        assert!(matches!(time_series_svg("x", &series), Err(DocumentError::Empty)));
    }
}
