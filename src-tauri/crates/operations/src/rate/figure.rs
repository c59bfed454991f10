//! Figures of a line: decimals from strings or JSON numbers, exactly, and the quantities of `units`.

use billing::quantity::parse_decimal;
use rust_decimal::Decimal;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::marker::PhantomData;

/// Events that one line may have.
const MAX_EVENTS: usize = 100_000;

/// Any JSON value, with numbers as they are written. Local to reading: no type of this crate holds one.
pub(super) fn any_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<serde_json::Value, D::Error> {
    serde_json::Value::deserialize(deserializer)
}

/// A JSON object: what is derived also takes a list in the order of the fields, which nobody means.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(Fields(PhantomData)).map(Object)
    }
}

/// A decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure(pub(super) Decimal);

impl Figure {
    fn from_value(value: &serde_json::Value) -> Result<Self, String> {
        let text = match value {
            serde_json::Value::String(text) => text.as_str(),
            serde_json::Value::Number(number) => number.as_str(),
            _ => return Err("expected a decimal as a string or a number".to_owned()),
        };
        parse_decimal(text).map(Self).map_err(|error| error.to_string())
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&any_value(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A whole number that is not negative, as a string or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub(super) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Figure(value) = Figure::deserialize(deserializer)?;
        let whole = value.normalize();
        let count = if whole.scale() == 0 { u64::try_from(whole.mantissa()).ok() } else { None };
        count.map(Self).ok_or_else(|| serde::de::Error::custom(format!("{value} is not a whole number from 0 on")))
    }
}

/// Whole days, as a string or a number; below 0 is refused where they are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayCount(pub(super) i64);

impl<'de> Deserialize<'de> for DayCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Figure(value) = Figure::deserialize(deserializer)?;
        let whole = value.normalize();
        let days = if whole.scale() == 0 { i64::try_from(whole.mantissa()).ok() } else { None };
        days.map(Self).ok_or_else(|| serde::de::Error::custom(format!("{value} is not a whole number of days")))
    }
}

/// `units`: none, one quantity, or one per event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Units {
    #[default]
    None,
    One(Decimal),
    Many(Vec<Decimal>),
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match any_value(deserializer)? {
            serde_json::Value::Null => Ok(Self::None),
            serde_json::Value::Array(values) => {
                if values.len() > MAX_EVENTS {
                    return Err(serde::de::Error::custom(format!("at most {MAX_EVENTS} events in a line")));
                }
                let events = values.iter().map(|value| Figure::from_value(value).map(|figure| figure.0));
                events.collect::<Result<_, _>>().map(Self::Many).map_err(serde::de::Error::custom)
            }
            value => Figure::from_value(&value).map(|figure| Self::One(figure.0)).map_err(serde::de::Error::custom),
        }
    }
}

impl Units {
    /// The quantities as a list.
    pub(super) fn list(&self) -> &[Decimal] {
        match self {
            Self::None => &[],
            Self::One(quantity) => std::slice::from_ref(quantity),
            Self::Many(events) => events,
        }
    }
}
