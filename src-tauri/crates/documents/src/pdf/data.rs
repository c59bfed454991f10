//! Figures, days and parties as the templates take them.

use super::text::{plain, text};
use billing::quantity::parse_decimal;
use billing::time::Day;
use operations::document::{Logo, NotWritten};
use operations::wire::{DaySpan, InvoiceTax, PartyFields};
use rust_decimal::Decimal;
use typst::foundations::{Array, Bytes, Dict, IntoValue, Value};

/// A dictionary from names and values.
pub(super) fn dict<const N: usize>(fields: [(&str, Value); N]) -> Dict {
    fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// An array from dictionaries.
pub(super) fn array(rows: impl IntoIterator<Item = Dict>) -> Value {
    rows.into_iter().map(IntoValue::into_value).collect::<Array>().into_value()
}

/// A text where there is one.
pub(super) fn optional(value: Option<&String>) -> Value {
    value.map_or(Value::None, |value| text(value))
}

/// A figure with its thousands apart, and every digit that it has.
pub(super) fn figure(raw: &str) -> Value {
    plain(&grouped(raw))
}

/// A figure where there is one.
pub(super) fn optional_figure(value: Option<&String>) -> Value {
    value.map_or(Value::None, |value| figure(value))
}

/// Thousands of the whole part apart.
pub(super) fn grouped(raw: &str) -> String {
    let (sign, digits) = raw.strip_prefix('-').map_or(("", raw), |digits| ("-", digits));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return raw.to_owned();
    }
    let mut apart = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            apart.push(',');
        }
        apart.push(digit);
    }
    format!("{sign}{apart}{fraction}")
}

/// An amount of the wire.
pub(super) fn decimal(raw: &str) -> Result<Decimal, NotWritten> {
    parse_decimal(raw).map_err(|_| NotWritten(format!("'{raw}' is not an amount.")))
}

/// Whether an amount of the wire is 0.
pub(super) fn is_zero(raw: &str) -> bool {
    decimal(raw).is_ok_and(|amount| amount.is_zero())
}

/// A day in words: `31 January 2026`. What is none stays as it is.
pub(super) fn day(raw: &str) -> String {
    raw.parse::<Day>().map_or_else(|_| raw.to_owned(), |day| day.date().format("%-d %B %Y").to_string())
}

/// A day in words where there is one.
pub(super) fn optional_day(raw: Option<&String>) -> Value {
    raw.map_or(Value::None, |raw| plain(&day(raw)))
}

/// Some days in words, the last one included.
pub(super) fn span(span: &DaySpan) -> String {
    let last = span.to.parse::<Day>().ok().and_then(|to| to.plus_days(-1).ok());
    let last = last.map_or_else(|| span.to.clone(), |last| last.to_string());
    if last == span.from { day(&last) } else { format!("{} – {}", day(&span.from), day(&last)) }
}

/// Name, address and ids, a line each.
pub(super) fn party(party: &PartyFields) -> Value {
    let country = party.country.as_ref();
    let lines = party.address.iter().chain(country).map(|line| text(line));
    let lines: Array = lines.chain(party.email.as_ref().map(|email| text(email))).collect();
    let tax_id = optional(party.tax_id.as_ref());
    dict([("name", text(&party.name)), ("lines", lines.into_value()), ("tax-id", tax_id)]).into_value()
}

/// Tax per rate.
pub(super) fn taxes(taxes: &[InvoiceTax]) -> Value {
    array(taxes.iter().map(|tax| {
        dict([("percent", plain(&tax.percent)), ("net", figure(&tax.net)), ("amount", figure(&tax.amount))])
    }))
}

/// The picture at the head.
pub(super) fn logo(logo: Option<&Logo>) -> Value {
    logo.map_or(Value::None, |logo| Bytes::new(logo.png().to_vec()).into_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_every_digit() {
        for (raw, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("-1234.50", "-1,234.50"),
            ("9007199254740993", "9,007,199,254,740,993"),
            ("12345.678901234", "12,345.678901234"),
            ("n/a", "n/a"),
        ] {
            assert_eq!(grouped(raw), shown, "thousands apart, nothing rounded");
        }
    }

    #[test]
    fn days_are_words_and_spans_end_on_their_last_day() {
        let january = DaySpan { from: "2026-01-01".to_owned(), to: "2026-02-01".to_owned() };
        assert_eq!(span(&january), "1 January 2026 – 31 January 2026", "the end is exclusive on the wire only");
        let one = DaySpan { from: "2028-02-29".to_owned(), to: "2028-03-01".to_owned() };
        assert_eq!(span(&one), "29 February 2028", "a single day");
    }
}
