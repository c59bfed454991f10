//! What a line is answered with, and the id that it is told apart by.

use super::figure::any_value;
use billing::price::PriceError;
use billing::pricing::{Proof, RULE_VERSION, Rated, Rule, Step};
use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a line as it was given: a text, a number, or none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    /// None was given.
    #[default]
    None,
    /// A text.
    Text(String),
    /// A number, with its digits.
    Number(serde_json::Number),
}

impl Id {
    pub(super) fn is_longer_than(&self, limit: usize) -> bool {
        match self {
            Self::None => false,
            Self::Text(text) => text.chars().nth(limit).is_some(),
            Self::Number(number) => number.as_str().len() > limit,
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match any_value(deserializer)? {
            serde_json::Value::Null => Ok(Self::None),
            serde_json::Value::String(text) => Ok(Self::Text(text)),
            serde_json::Value::Number(number) => Ok(Self::Number(number)),
            _ => Err(serde::de::Error::custom("id must be a text or a number")),
        }
    }
}

/// Why a line was not rated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    code: &'static str,
    message: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn malformed(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let what: String = text[..text.rfind(" at line ").unwrap_or(text.len())].chars().take(300).collect();
        Self::new("malformed", format!("this is no JSON object: {what}, at column {}", error.column()))
    }

    pub(super) fn missing(field: &str) -> Self {
        Self::new("missing_field", format!("{field} is missing"))
    }

    pub(super) fn invalid(field: &str, what: impl std::fmt::Display) -> Self {
        Self::new("invalid_field", format!("{field}: {what}"))
    }
}

impl From<PriceError> for Fault {
    fn from(error: PriceError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<billing::pricing::RateError> for Fault {
    fn from(error: billing::pricing::RateError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<billing::exact::Inexact> for Fault {
    fn from(error: billing::exact::Inexact) -> Self {
        billing::pricing::RateError::from(error).into()
    }
}

/// The parts of an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breakdown {
    /// By name, in order: an object.
    Named(Vec<(String, Decimal)>),
    /// One after another: a list.
    Listed(Vec<Decimal>),
}

impl Serialize for Breakdown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Listed(amounts) => serializer.collect_seq(amounts.iter().map(text)),
            Self::Named(parts) => {
                let mut map = serializer.serialize_map(Some(parts.len()))?;
                for (name, amount) in parts {
                    map.serialize_entry(name, &text(amount))?;
                }
                map.end()
            }
        }
    }
}

impl Breakdown {
    /// The steps of a proof, summed by what they do and, where they have one, by tier.
    fn of(proof: &Proof) -> Result<Self, Fault> {
        let mut parts: Vec<(String, Decimal)> = Vec::new();
        for step in proof.steps.iter().filter(|step| step.rule != Rule::FreeEvent) {
            let name = match step.tier {
                Some(tier) => format!("{}_{tier}", step.rule),
                None => step.rule.to_string(),
            };
            match parts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum = billing::exact::add(*sum, step.amount)?,
                None => parts.push((name, step.amount)),
            }
        }
        Ok(Self::Named(parts))
    }
}

fn text(amount: &Decimal) -> String {
    amount.normalize().to_string()
}

/// A rated line before it is written.
#[derive(Debug, Clone)]
pub(super) struct Worked {
    amount: Decimal,
    digits: Option<u32>,
    breakdown: Breakdown,
    proof: Proof,
}

impl Worked {
    /// With the breakdown that the proof gives.
    pub(super) fn new(rated: Rated, digits: Option<u32>) -> Result<Self, Fault> {
        let breakdown = Breakdown::of(&rated.proof)?;
        Ok(Self { amount: rated.amount, digits, breakdown, proof: rated.proof })
    }

    /// With a breakdown of its own.
    pub(super) fn with(rated: Rated, digits: Option<u32>, breakdown: Breakdown) -> Self {
        Self { amount: rated.amount, digits, breakdown, proof: rated.proof }
    }
}

/// The proof as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RateProof {
    /// The version of the rules.
    pub rule_version: u32,
    /// Steps whose amounts add up to the amount.
    pub steps: Vec<Step>,
}

/// A rated line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RateAnswer {
    /// The amount as a decimal.
    pub amount: String,
    /// Its parts.
    pub breakdown: Breakdown,
    /// How it came about.
    pub proof: RateProof,
}

/// Why a line was not rated, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RateError {
    /// A stable code in `snake_case`.
    pub code: &'static str,
    /// One sentence that names the field.
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Reply {
    Worked(RateAnswer),
    Failed { error: RateError },
}

/// The answer to a line: `{id, amount, breakdown, proof}` or `{id, error}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RateOutcome {
    id: Id,
    #[serde(flatten)]
    reply: Reply,
}

impl RateOutcome {
    pub(super) fn worked(id: Id, worked: Worked) -> Self {
        let Worked { amount, digits, breakdown, proof } = worked;
        let mut shown = amount.normalize();
        if let Some(digits) = digits.filter(|digits| *digits >= shown.scale()) {
            // It stops where a decimal is full; the value is the same either way.
            shown.rescale(digits);
        }
        let proof = RateProof { rule_version: RULE_VERSION, steps: proof.steps };
        Self { id, reply: Reply::Worked(RateAnswer { amount: shown.to_string(), breakdown, proof }) }
    }

    pub(super) fn failed(id: Id, fault: Fault) -> Self {
        Self { id, reply: Reply::Failed { error: RateError { code: fault.code, message: fault.message } } }
    }

    /// The id as text; empty where there is none.
    pub fn id(&self) -> &str {
        match &self.id {
            Id::None => "",
            Id::Text(text) => text,
            Id::Number(number) => number.as_str(),
        }
    }

    /// The answer, or why there is none.
    ///
    /// # Errors
    /// Why the line was not rated.
    pub const fn answer(&self) -> Result<&RateAnswer, &RateError> {
        match &self.reply {
            Reply::Worked(answer) => Ok(answer),
            Reply::Failed { error } => Err(error),
        }
    }

    /// One line of JSON, without a line end.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, lists and maps with string keys always serialize")
    }
}
