//! The cells of one record by the places that a mapping picks: texts, present or not, each within its limit.
//!
//! Not what they mean: that is told where they are interpreted.

use super::interpret::limits;
use super::layout::{Filter, Pick};
use super::read::NULL;
use super::refusal::{Refusal, code};
use billing::quantity::parse_decimal;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// The cells of a record.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'r> {
    /// The names of the cells.
    pub names: &'r [String],
    /// Words that mean "nothing".
    pub null_words: &'r [String],
    /// The texts, in the order of the names.
    pub cells: &'r [Option<String>],
}

impl<'r> Cells<'r> {
    /// A cell's text, trimmed; none where it says "nothing".
    pub fn cell(&self, index: usize) -> Option<&'r str> {
        let text = self.cells.get(index)?.as_deref()?.trim();
        if text.is_empty() || text == NULL || self.null_words.iter().any(|word| word == text) {
            None
        } else {
            Some(text)
        }
    }

    /// Whether a cell says "nothing" in so many words, instead of being absent or empty.
    pub fn is_null(&self, index: usize) -> bool {
        let text = self.cells.get(index).and_then(|cell| cell.as_deref()).unwrap_or_default().trim();
        text == NULL || (!text.is_empty() && self.cell(index).is_none())
    }

    /// The names of the places of a pick, for a problem's field.
    pub fn name(&self, pick: &Pick) -> String {
        pick.cells.iter().map(|index| self.names[*index].as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The text of a pick: of the first place that has one, or of all, joined; else its constant.
    pub fn text(&self, pick: &'r Pick) -> Option<Cow<'r, str>> {
        let mut present = pick.cells.iter().filter_map(|index| self.cell(*index));
        let found = match &pick.join {
            None => present.next().map(Cow::Borrowed),
            Some(join) => {
                let parts: Vec<_> = present.map(|part| escaped(part, join)).collect();
                if parts.is_empty() { None } else { Some(Cow::Owned(parts.join(join))) }
            }
        };
        found.or_else(|| pick.constant.as_deref().map(Cow::Borrowed))
    }

    /// The text of a pick within a limit; none where there is nothing.
    ///
    /// # Errors
    /// `too_long`, `zero_character`.
    pub fn bounded(&self, pick: &'r Pick, what: &str, max_bytes: usize) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text(pick) else { return Ok(None) };
        check_text(&text, what, max_bytes).map_err(|refusal| refusal.field(self.name(pick)))?;
        Ok(Some(text.into_owned()))
    }

    /// As [`Cells::bounded`] for a pick that the mapping may lack.
    ///
    /// # Errors
    /// As [`Cells::bounded`].
    pub fn optional(&self, pick: Option<&'r Pick>, what: &str, max_bytes: usize) -> Result<Option<String>, Refusal> {
        pick.map_or(Ok(None), |pick| self.bounded(pick, what, max_bytes))
    }

    /// As [`Cells::bounded`] for what must be there.
    ///
    /// # Errors
    /// As [`Cells::bounded`], or what is missing.
    pub fn required(&self, pick: &'r Pick, what: &str, max_bytes: usize) -> Result<String, Refusal> {
        self.bounded(pick, what, max_bytes)?.ok_or_else(|| Refusal::missing(what).field(self.name(pick)))
    }

    /// Whether a filter lets the record pass.
    pub fn passes(&self, filter: &Filter) -> bool {
        let text = self.cell(filter.cell).unwrap_or_default();
        let allowed = filter.any_of.as_ref().is_none_or(|words| words.iter().any(|word| word == text));
        allowed && !filter.not_in.iter().any(|word| word == text)
    }
}

/// A part of a joined text; what joins must not occur inside, or two rows could mean one key.
fn escaped<'t>(part: &'t str, join: &str) -> Cow<'t, str> {
    if join.is_empty() || !(part.contains(join) || part.contains('%')) {
        return Cow::Borrowed(part);
    }
    let code: String = join.bytes().map(|byte| format!("%{byte:02X}")).collect();
    Cow::Owned(part.replace('%', "%25").replace(join, &code))
}

/// A text within its limit and without a zero character.
///
/// # Errors
/// `too_long`, `zero_character`.
pub fn check_text(text: &str, what: &str, max_bytes: usize) -> Result<(), Refusal> {
    if text.len() > max_bytes {
        return Err(Refusal::too_long(what, max_bytes));
    }
    if text.contains('\0') {
        return Err(Refusal::new(code::ZERO_CHARACTER, format!("the {what} holds a zero character")));
    }
    Ok(())
}

/// A number that can be kept exactly.
///
/// # Errors
/// `too_long`, or the code of what it is a number of.
pub fn number(text: &str, what: &str, code: &'static str) -> Result<Decimal, Refusal> {
    if text.len() > limits::NUMBER {
        return Err(Refusal::too_long(what, limits::NUMBER));
    }
    parse_decimal(text)
        .map_err(|error| Refusal::new(code, format!("the {what} is no number that can be kept exactly: {error}")))
}
