//! Which field of a line is at fault. Asked only once a line could not be read: reading itself stays one pass.
//!
//! The reader says what is wrong but not where. So the line is read again in parts: a field is at fault when the error is
//! another one without it.

use super::answer::Fault;
use super::figure::{Object, Units};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Fields and list entries that are tried; more of them are a hostile line, whose error names no place then.
const MAX_TRIES: usize = 200;
const MAX_SHOWN_CHARS: usize = 80;

/// Why a line has no model or a wrong id.
pub(super) fn of_head(error: &serde_json::Error) -> Fault {
    if error.is_syntax() || error.is_eof() {
        return Fault::malformed(error);
    }
    worded(&bare(error), "")
}

/// Why the parameters or units of a line cannot be read.
pub(super) fn of_body<P: DeserializeOwned>(line: &str, error: &serde_json::Error) -> Fault {
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(line) else { return Fault::malformed(error) };
    let Some(params) = members.get("params") else { return Fault::missing("params") };
    if !params.is_object() {
        return Fault::new("malformed", "params: an object is expected");
    }
    if let Some(Err(error)) = members.get("units").map(Units::deserialize) {
        return worded(&bare(&error), "units");
    }
    let fails = |value: &Value| Object::<P>::deserialize(value).err().map(|error| bare(&error));
    // What is given twice is once in the parts: then the first error stands.
    let text = fails(params).unwrap_or_else(|| bare(error));
    worded(&text, &path_of(params, &text, &fails))
}

/// The error without its line and column, which are those of a line that nobody sees.
fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// The stable code and a sentence that names the field.
fn worded(text: &str, path: &str) -> Fault {
    let name = |before: &str| {
        let rest = text.strip_prefix(before)?;
        Some(rest.split('`').next().unwrap_or_default().chars().take(MAX_SHOWN_CHARS).collect::<String>())
    };
    if let Some(name) = name("unknown field `") {
        let place = if path.is_empty() { &name } else { path };
        return Fault::new("unknown_field", format!("{place} is no parameter of this model"));
    }
    if let Some(name) = name("missing field `") {
        return Fault::missing(&name);
    }
    if let Some(name) = name("duplicate field `") {
        return Fault::new("malformed", format!("{name} is given twice"));
    }
    let text: String = text.chars().take(300).collect();
    Fault::new("malformed", if path.is_empty() { text } else { format!("{path}: {text}") })
}

/// Where in a value an error comes from, such as `tiers[2].up_to`; empty when that cannot be told.
fn path_of(value: &Value, text: &str, fails: &dyn Fn(&Value) -> Option<String>) -> String {
    match value {
        Value::Object(members) => in_object(members, text, fails),
        Value::Array(items) => {
            let is_at_fault = |item: &Value| fails(&Value::Array(vec![item.clone()])).as_deref() == Some(text);
            let found = items.iter().take(MAX_TRIES).enumerate().find(|(_, item)| is_at_fault(item));
            found.map_or_else(String::new, |(index, item)| {
                let inner = path_of(item, text, &|part: &Value| fails(&Value::Array(vec![part.clone()])));
                joined(&format!("[{index}]"), &inner)
            })
        }
        _ => String::new(),
    }
}

fn in_object(members: &Map<String, Value>, text: &str, fails: &dyn Fn(&Value) -> Option<String>) -> String {
    for (name, value) in members.iter().take(MAX_TRIES) {
        let mut others = members.clone();
        others.remove(name);
        if fails(&Value::Object(others.clone())).as_deref() == Some(text) {
            continue;
        }
        let with = |part: &Value| {
            let mut members = others.clone();
            members.insert(name.clone(), part.clone());
            fails(&Value::Object(members))
        };
        let shown: String = name.chars().take(MAX_SHOWN_CHARS).collect();
        return joined(&shown, &path_of(value, text, &with));
    }
    String::new()
}

fn joined(outer: &str, inner: &str) -> String {
    match inner.chars().next() {
        None => outer.to_owned(),
        Some('[') => format!("{outer}{inner}"),
        Some(_) => format!("{outer}.{inner}"),
    }
}
