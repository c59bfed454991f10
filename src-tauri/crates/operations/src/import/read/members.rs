//! JSON objects in which a member comes twice: readers disagree which of the two counts, so neither does.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

/// Refuses JSON in which any object has a member twice; what it refuses names the member.
///
/// # Errors
/// Which member comes twice, or that it is no JSON.
pub fn check(text: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str(text).map(|Once| ())
}

/// A value whose objects have each member once. Nothing of it is kept.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_unit<E: Error>(self) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        while items.next_element::<Once>()?.is_some() {}
        Ok(Once)
    }

    // Numbers come this way, too: with all their digits they are a map of one entry.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Once, A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value::<Once>()?;
            if seen.contains(&name) {
                let shown: String = name.chars().take(80).collect();
                return Err(A::Error::custom(format!("the member '{shown}' comes twice")));
            }
            seen.insert(name);
        }
        Ok(Once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::none(r#"{"a":1,"b":[1.5,{"a":null}],"c":{"a":"x","b":true}}"#, true)]
    #[case::at_the_top(r#"{"a":1,"a":1}"#, false)]
    #[case::inside(r#"{"data":{"q":1,"q":2}}"#, false)]
    #[case::in_a_list(r#"[{"q":1},{"q":1,"q":2}]"#, false)]
    #[case::spelt_in_another_way(r#"{"q":1,"\u0071":2}"#, false)]
    #[case::many_digits(r#"{"q":123456789012345678901234567890.5}"#, true)]
    fn a_member_that_comes_twice_is_found(#[case] text: &str, #[case] once: bool) {
        assert_eq!(check(text).is_ok(), once, "{text}");
    }
}
