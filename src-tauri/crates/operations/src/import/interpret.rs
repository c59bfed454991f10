//! A row becomes drafts of events, or a refusal. Pure: no database, no clock.
//!
//! A draft names tenant, meter and subjects by the words of the file; the import finds or makes them. A row
//! with one bad value is refused whole: half a row would be a silent loss.

use super::cells::{Cells, check_text, number};
use super::layout::{Layout, MeterPick, Pick};
use super::mapping::{MeterRule, MissingQuantity};
use super::refusal::{Refusal, code};
use super::time;
use billing::event::Classification;
use billing::money::{Cost, Currency};
use billing::put_aside::Reason;
use billing::time::Timestamp;
use rust_decimal::Decimal;
use std::str::FromStr;
use std::sync::Arc;

/// Limits of texts, in bytes.
pub mod limits {
    /// A tenant's outside id or name.
    pub const TENANT: usize = 200;
    /// A meter's code or name.
    pub const METER: usize = 200;
    /// A unit.
    pub const UNIT: usize = 60;
    /// A key, with what is appended to it.
    pub const KEY: usize = 300;
    /// A provider or action.
    pub const CODE: usize = 100;
    /// A reason.
    pub const REASON: usize = 200;
    /// A subject's outside id.
    pub const SUBJECT: usize = 500;
    /// All metadata of an event.
    pub const METADATA: usize = 64 * 1024;
    /// A number.
    pub const NUMBER: usize = 60;
}

/// An event as a row says it, before tenant, meter and subjects are found.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The tenant's outside id; none where the import names the tenant.
    pub tenant: Option<String>,
    /// The name of a tenant that is made.
    pub tenant_name: Option<String>,
    /// The key; none for files without keys.
    pub key: Option<String>,
    /// The meter's code.
    pub meter: String,
    /// The name of a meter that is made.
    pub meter_name: Option<String>,
    /// The unit; none where the row names none.
    pub unit: Option<String>,
    /// What the mapping says about the meter.
    pub rule: Arc<MeterRule>,
    /// The quantity as said.
    pub quantity: Decimal,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Whether digits of the time were cut.
    pub time_cut: bool,
    /// Whether the clock showed the time twice.
    pub time_ambiguous: bool,
    /// Why it exists.
    pub classification: Classification,
    /// The key of its parent.
    pub parent: Option<String>,
    /// Whether the source says that it is billable.
    pub billable: Option<bool>,
    /// Why.
    pub billable_reason: Option<String>,
    /// What the provider charged, and what was rounded off of it.
    pub cost: Option<(Cost, Decimal)>,
    /// Who did the work.
    pub provider: String,
    /// What was done.
    pub action: String,
    /// User, client, session, resource.
    pub subjects: [Option<String>; 4],
    /// What is kept beside the event.
    pub metadata: Vec<(String, String)>,
}

/// What a row says.
#[derive(Debug, Clone)]
pub enum Reading {
    /// The mapping's filter leaves it out.
    Skipped,
    /// Events, at least one.
    Drafts(Vec<Draft>),
}

/// A row under a layout.
struct Row<'r> {
    layout: &'r Layout,
    cells: Cells<'r>,
}

impl<'r> std::ops::Deref for Row<'r> {
    type Target = Cells<'r>;

    fn deref(&self) -> &Cells<'r> {
        &self.cells
    }
}

/// Reads one row.
///
/// # Errors
/// Why the row is refused.
pub fn interpret(layout: &Layout, cells: &[Option<String>]) -> Result<Reading, Refusal> {
    let row = Row { layout, cells: Cells { names: &layout.names, null_words: &layout.null_words, cells } };
    if !layout.filters.iter().all(|filter| row.passes(filter)) {
        return Ok(Reading::Skipped);
    }
    let common = common(&row)?;
    let mut drafts = Vec::with_capacity(layout.meters.len());
    for meter in &layout.meters {
        if meter.only.as_ref().is_none_or(|only| row.passes(only)) {
            drafts.extend(metered(&row, meter, &common, drafts.is_empty())?);
        }
    }
    if drafts.is_empty() {
        return Err(Refusal::new(code::NO_METER, "the row feeds no meter"));
    }
    Ok(Reading::Drafts(drafts))
}

/// What all events of a row share. Meter, unit and quantity are filled in for each.
fn common(row: &Row<'_>) -> Result<Draft, Refusal> {
    let layout = row.layout;
    let (tenant, tenant_name) = tenant(row)?;
    let read = time_of(row, &layout.time)?.ok_or_else(|| Refusal::missing("time").field(row.name(&layout.time)))?;
    let mut metadata = metadata(row)?;
    if let Some(pick) = &layout.end
        && let Some(end) = time_of(row, pick)?
    {
        if end.at < read.at {
            return Err(Refusal::new(code::BAD_TIME, "it ended before it began").field(row.name(pick)));
        }
        metadata.push(("ended_at".to_owned(), end.at.to_string()));
    }
    let key = match &layout.key {
        Some(pick) => Some(row.required(pick, "key", limits::KEY)?),
        None => None,
    };
    let (billable, billable_reason) = billable(row)?;
    let mut subjects = [const { None }; 4];
    for (subject, pick) in subjects.iter_mut().zip(&layout.subjects) {
        *subject = row.optional(pick.as_ref(), "subject", limits::SUBJECT)?;
    }
    Ok(Draft {
        tenant,
        tenant_name,
        key,
        meter: String::new(),
        meter_name: None,
        unit: None,
        rule: Arc::clone(&layout.meters[0].rule),
        quantity: Decimal::ZERO,
        occurred_at: read.at,
        time_cut: read.cut,
        time_ambiguous: read.ambiguous,
        classification: classification(row)?,
        parent: row.optional(layout.parent.as_ref(), "parent", limits::KEY)?,
        billable,
        billable_reason,
        cost: cost(row)?,
        provider: row.optional(layout.provider.as_ref(), "provider", limits::CODE)?.unwrap_or_default(),
        action: row.optional(layout.action.as_ref(), "action", limits::CODE)?.unwrap_or_default(),
        subjects,
        metadata,
    })
}

/// The event of one meter. The cost of a row belongs to its first event, or it would count several times.
fn metered(row: &Row<'_>, meter: &MeterPick, common: &Draft, is_first: bool) -> Result<Option<Draft>, Refusal> {
    let picks = &meter.quantity.cells;
    let is_nothing = picks.iter().all(|index| row.cell(*index).is_none());
    // A constant stands for a quantity that the row does not mention, not for one that it says is nothing.
    if meter.quantity.constant.is_some() && is_nothing && picks.iter().any(|index| row.is_null(*index)) {
        return Err(Refusal::new(code::BAD_QUANTITY, "the quantity is null").field(row.name(&meter.quantity)));
    }
    let quantity = match row.text(&meter.quantity) {
        Some(text) => {
            number(&text, "quantity", code::BAD_QUANTITY).map_err(|refusal| refusal.field(row.name(&meter.quantity)))?
        }
        None => match meter.rule.missing {
            MissingQuantity::Zero => Decimal::ZERO,
            MissingQuantity::Skip => return Ok(None),
            MissingQuantity::Refuse => return Err(Refusal::missing("quantity").field(row.name(&meter.quantity))),
        },
    };
    let factor = Decimal::from(meter.rule.factor.map_or(1, std::num::NonZeroU32::get));
    let too_large = || Refusal::new(code::TOO_LARGE, "the quantity is too large").field(row.name(&meter.quantity));
    let quantity = quantity.checked_mul(factor).ok_or_else(too_large)?;
    let turned = meter
        .negative
        .as_ref()
        .is_some_and(|(cell, words)| row.cell(*cell).is_some_and(|text| words.iter().any(|word| word == text)));
    let code = row.required(&meter.code, "meter", limits::METER)?;
    let with_meter = |key: &String| if row.layout.several_meters { format!("{key}/{code}") } else { key.clone() };
    let key = common.key.as_ref().map(with_meter);
    let parent = common.parent.as_ref().map(with_meter);
    for (key, what) in [(&key, "key"), (&parent, "parent")] {
        if key.as_ref().is_some_and(|key| key.len() > limits::KEY) {
            return Err(Refusal::too_long(what, limits::KEY));
        }
    }
    Ok(Some(Draft {
        key,
        parent,
        meter_name: row.optional(meter.name.as_ref(), "meter's name", limits::METER)?,
        meter: code,
        unit: row.bounded(&meter.unit, "unit", limits::UNIT)?,
        rule: Arc::clone(&meter.rule),
        quantity: if turned { -quantity } else { quantity },
        cost: if is_first { common.cost } else { None },
        ..common.clone()
    }))
}

fn tenant(row: &Row<'_>) -> Result<(Option<String>, Option<String>), Refusal> {
    let Some(pick) = &row.layout.tenant else { return Ok((None, None)) };
    let tenant = row.required(pick, "tenant", limits::TENANT)?;
    let account = row.optional(row.layout.account.as_ref(), "account", limits::TENANT)?;
    let name = row.optional(row.layout.tenant_name.as_ref(), "tenant's name", limits::TENANT)?;
    let outside_id = match account {
        // A row of the account itself, or of a tenant that has the account's id, needs no account before it.
        Some(account) if account != tenant => format!("{account}/{tenant}"),
        _ => tenant,
    };
    check_text(&outside_id, "tenant", limits::TENANT)?;
    Ok((Some(outside_id), name))
}

fn time_of(row: &Row<'_>, pick: &Pick) -> Result<Option<time::Read>, Refusal> {
    let Some(text) = row.text(pick) else { return Ok(None) };
    let shown: String = text.chars().take(80).collect();
    let bad = |sentence: String| Refusal::new(code::BAD_TIME, sentence);
    let refusal = |refusal| match refusal {
        time::Refusal::NotATime => bad(format!("'{shown}' is not a time of the mapping's format")),
        time::Refusal::Skipped => bad(format!("'{shown}' does not exist in the mapping's zone")),
        time::Refusal::OutOfRange => bad("the time is outside the years 1900 to 9999".to_owned()),
        time::Refusal::NoZone => {
            let sentence = format!("'{shown}' has no zone and the mapping names none");
            Refusal::new(Reason::NoZone.as_str(), sentence)
        }
    };
    row.layout.clock.read(&text).map(Some).map_err(|error| refusal(error).field(row.name(pick)))
}

fn cost(row: &Row<'_>) -> Result<Option<(Cost, Decimal)>, Refusal> {
    let Some((amount, currency)) = &row.layout.cost else { return Ok(None) };
    let Some(text) = row.text(amount) else { return Ok(None) };
    let value = number(&text, "cost", code::BAD_COST).map_err(|refusal| refusal.field(row.name(amount)))?;
    let word = row.required(currency, "currency", limits::CODE)?;
    let refused = |error: billing::money::MoneyError| Refusal::new(code::BAD_CURRENCY, error.to_string());
    let currency = Currency::from_str(&word).map_err(|error| refused(error).field(row.name(currency)))?;
    let rounded = Cost::rounded(value, currency)
        .map_err(|_| Refusal::new(code::TOO_LARGE, "the cost does not fit into 64 bits").field(row.name(amount)))?;
    Ok(Some(rounded))
}

fn classification(row: &Row<'_>) -> Result<Classification, Refusal> {
    let Some((pick, words)) = &row.layout.classification else { return Ok(Classification::Original) };
    let Some(text) = row.text(pick) else { return Ok(Classification::Original) };
    if let Some(meaning) = words.get(text.as_ref()) {
        return Ok(*meaning);
    }
    Classification::from_str(&text)
        .map_err(|error| Refusal::new(code::BAD_CLASSIFICATION, format!("the classification {error}")))
        .map_err(|refusal| refusal.field(row.name(pick)))
}

/// What the source says about billing. What its classification makes free is free, whatever it says (rules, section 2.6).
fn billable(row: &Row<'_>) -> Result<(Option<bool>, Option<String>), Refusal> {
    let (said, reason) = billable_as_said(row)?;
    let word = row.layout.classification.as_ref().and_then(|(pick, _)| row.text(pick));
    Ok(match word.and_then(|word| row.layout.free.get(word.as_ref())) {
        // Its own reason for the same stands.
        Some(why) if said != Some(false) || reason.is_none() => (Some(false), Some(why.clone())),
        _ => (said, reason),
    })
}

fn billable_as_said(row: &Row<'_>) -> Result<(Option<bool>, Option<String>), Refusal> {
    let Some((pick, reason)) = &row.layout.billable else { return Ok((None, None)) };
    let billable = match row.text(pick).map(|text| text.to_ascii_lowercase()).as_deref() {
        None => None,
        Some("true" | "yes" | "1" | "t" | "y") => Some(true),
        Some("false" | "no" | "0" | "f" | "n") => Some(false),
        Some(_) => return Err(Refusal::new(code::BAD_BILLABLE, "billable is neither yes nor no").field(row.name(pick))),
    };
    Ok((billable, row.optional(reason.as_ref(), "reason", limits::REASON)?))
}

fn metadata(row: &Row<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let present = |index: &usize| row.cell(*index).map(|text| (row.layout.names[*index].clone(), text.to_owned()));
    let pairs: Vec<_> = row.layout.metadata.iter().filter_map(present).collect();
    let length: usize = pairs.iter().map(|(name, text)| name.len() + text.len()).sum();
    if length > limits::METADATA {
        return Err(Refusal::too_long("metadata", limits::METADATA));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::Mapping;
    use rstest::rstest;

    const MAPPING: &str = r#"
        name = "calls"
        format = "csv"
        null_words = ["NULL"]
        metadata = ["note"]
        tenant = { from = ["tenant", "account"], account = "account" }
        time = { from = "at", zone = "UTC", end = "end" }
        key = { from = ["agent", "id"], join = "/" }
        cost = { from = "cost", currency = { from = "currency", constant = "USD" } }
        classification = { from = "kind", words = { again = "retry_success", failed = "original" }, free = { failed = "failed" } }
        billable = { from = "billable", reason = "why" }
        parent = "parent"
        [[meter]]
        code = { constant = "in" }
        quantity = "q"
        unit = { constant = "tokens" }
        negative = { from = "kind2", words = ["delete"] }
        [[meter]]
        code = { constant = "out" }
        quantity = "p"
        missing = "skip"
        unit = { constant = "tokens" }
        [[filter]]
        from = "status"
        not_in = ["draft"]
    "#;

    /// A good row, changed in some places.
    fn read(changes: &[(&str, &str)]) -> Result<Reading, Refusal> {
        let layout = Layout::new(&Mapping::parse(MAPPING).unwrap()).unwrap();
        let good = [("tenant", "t1"), ("account", "acc"), ("at", "2026-01-31 08:00:00"), ("agent", "x"), ("id", "7")];
        let more = [("q", "5"), ("p", "3"), ("cost", "0.1234567895")];
        let all: Vec<_> = good.iter().chain(&more).chain(changes).collect();
        let value = |name: &String| all.iter().rev().find(|(key, _)| key == name).map(|(_, text)| (*text).to_owned());
        interpret(&layout, &layout.names.iter().map(value).collect::<Vec<_>>())
    }

    fn drafts(changes: &[(&str, &str)]) -> Vec<Draft> {
        match read(changes).unwrap() {
            Reading::Drafts(drafts) => drafts,
            Reading::Skipped => Vec::new(),
        }
    }

    #[test]
    fn a_row_gives_an_event_per_meter_and_its_cost_once() {
        let events = drafts(&[]);
        let keys: Vec<_> = events.iter().map(|event| event.key.clone().unwrap()).collect();
        assert_eq!(keys, ["x/7/in", "x/7/out"], "the key says the meter where a row feeds several");
        assert_eq!(events[0].tenant.as_deref(), Some("acc/t1"), "the tenant stands under its account");
        assert_eq!(events.iter().filter(|event| event.cost.is_some()).count(), 1, "cost must not count twice");
        let (cost, rest) = events[0].cost.unwrap();
        assert_eq!(
            (cost.nano, rest.to_string().as_str()),
            (123_456_790, "-0.0000000005"),
            "half to even, and reported"
        );
    }

    #[test]
    fn joined_parts_never_mean_the_same_key() {
        let key = |agent, id| drafts(&[("agent", agent), ("id", id)])[0].key.clone().unwrap();
        assert_ne!(key("a/b", "c"), key("a", "b/c"), "two rows must not share a key by accident");
        assert_ne!(key("a%2F", "c"), key("a/", "c"), "the escape itself is escaped");
    }

    #[test]
    fn absent_values_have_the_meaning_that_the_mapping_gives_them() {
        assert_eq!(drafts(&[("p", "NULL")]).len(), 1, "a skipped meter gives no event");
        assert_eq!(drafts(&[("tenant", "NULL")])[0].tenant.as_deref(), Some("acc"), "the account itself is the tenant");
        assert!(matches!(read(&[("status", "draft")]).unwrap(), Reading::Skipped), "the filter leaves it out");
        assert_eq!(drafts(&[("kind2", "delete")])[0].quantity, Decimal::from(-5), "storage freed is negative");
        assert_eq!(drafts(&[("kind", "again")])[0].classification, Classification::RetrySuccess, "a word of the file");
        assert_eq!(drafts(&[("end", "2026-01-31 09:00:00")])[0].metadata[0].0, "ended_at", "the end is kept beside it");
    }

    #[rstest]
    #[case("q", "", "missing_quantity", "q")]
    #[case("q", "1,5", "bad_quantity", "q")]
    #[case("q", "0x10", "bad_quantity", "q")]
    #[case("q", "١٢", "bad_quantity", "q")]
    #[case("q", "NaN", "bad_quantity", "q")]
    #[case("q", "1e400", "bad_quantity", "q")]
    #[case("q", "99999999999999999999999999999999999999999999999999999999999999", "too_long", "q")]
    #[case("at", "yesterday", "bad_time", "at")]
    #[case("at", "", "missing_time", "at")]
    #[case("end", "2026-01-31 07:00:00", "bad_time", "end")]
    #[case("cost", "ten", "bad_cost", "cost")]
    #[case("cost", "99999999999", "too_large", "cost")]
    #[case("currency", "DOLLAR", "bad_currency", "currency")]
    #[case("kind", "gift", "bad_classification", "kind")]
    #[case("billable", "perhaps", "bad_billable", "billable")]
    fn a_bad_value_refuses_the_row_and_names_its_field(
        #[case] field: &str,
        #[case] value: &str,
        #[case] code: &str,
        #[case] at: &str,
    ) {
        let refusal = read(&[(field, value)]).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(at)), "{refusal:?}");
    }

    #[rstest]
    #[case("failed", "yes", "done", Some(false), Some("failed"))]
    #[case("failed", "", "", Some(false), Some("failed"))]
    #[case("failed", "no", "no sound", Some(false), Some("no sound"))]
    #[case("original", "yes", "done", Some(true), Some("done"))]
    fn what_failed_is_free_whatever_the_row_says(
        #[case] kind: &str,
        #[case] billable: &str,
        #[case] why: &str,
        #[case] expected: Option<bool>,
        #[case] reason: Option<&str>,
    ) {
        let event = &drafts(&[("kind", kind), ("billable", billable), ("why", why)])[0];
        assert_eq!((event.billable, event.billable_reason.as_deref()), (expected, reason), "{kind} {billable}");
        assert_eq!(event.classification, Classification::Original, "it repeats nothing");
    }

    #[test]
    fn null_is_not_the_constant_of_an_absent_quantity() {
        let mapping = MAPPING.replace("quantity = \"q\"", "quantity = { from = \"q\", constant = \"1\" }");
        let layout = Layout::new(&Mapping::parse(&mapping).unwrap()).unwrap();
        let read = |quantity: Option<&str>| {
            let value = |name: &String| match name.as_str() {
                "q" => quantity.map(str::to_owned),
                "tenant" | "account" | "agent" | "id" => Some("x".to_owned()),
                "at" => Some("2026-01-31".to_owned()),
                _ => None,
            };
            interpret(&layout, &layout.names.iter().map(value).collect::<Vec<_>>())
        };
        for null in [super::super::read::NULL, "NULL"] {
            let refusal = read(Some(null)).unwrap_err();
            assert_eq!((refusal.code, refusal.field.as_deref()), ("bad_quantity", Some("q")), "{null:?} says nothing");
        }
        for absent in [None, Some("")] {
            let Ok(Reading::Drafts(drafts)) = read(absent) else { panic!("{absent:?} is absent") };
            assert_eq!(drafts[0].quantity, Decimal::ONE, "the constant stands for what is absent");
        }
    }

    #[test]
    fn every_text_has_a_limit() {
        for (field, max_bytes) in [("tenant", 200), ("id", 300), ("parent", 300)] {
            let refusal = read(&[(field, "ü".repeat(max_bytes).as_str())]).unwrap_err();
            assert_eq!(refusal.code, "too_long", "{field} is bounded");
        }
        assert_eq!(read(&[("note", &"x".repeat(70_000))]).unwrap_err().code, "too_long", "metadata is bounded");
    }
}
