//! Text from data as a page may show it: nothing is dropped, nothing turns what stands around it, and a line may break
//! in what has no spaces.

use super::fonts;
use typst::foundations::{Array, IntoValue, Value};
use unicode_segmentation::UnicodeSegmentation;

/// Characters without a break after which one is allowed.
const LONG: usize = 20;

/// A text as the templates take it: an array of pieces between which a line may break.
pub(super) fn text(raw: &str) -> Value {
    pieces(&visible(raw)).into_iter().map(IntoValue::into_value).collect::<Array>().into_value()
}

/// A text in one piece, for short ones of this program.
pub(super) fn plain(raw: &str) -> Value {
    visible(raw).into_value()
}

/// What cannot be seen, turns the order of characters, or has no glyph is printed by its number.
pub(super) fn visible(raw: &str) -> String {
    let mut shown = String::with_capacity(raw.len());
    for character in raw.chars() {
        match character {
            '\n' | '\r' | '\t' => shown.push(' '),
            _ if joins(character) || (!is_hidden(character) && fonts::covers(character)) => shown.push(character),
            _ => shown.push_str(&format!("[U+{:04X}]", u32::from(character))),
        }
    }
    shown
}

/// Joiners and variation selectors: they have no glyph, and the scripts that use them need them.
const fn joins(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Control characters, marks of direction, and characters of no width.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
                | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

fn pieces(shown: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut unbroken = 0;
    for cluster in shown.graphemes(true) {
        if unbroken == LONG {
            pieces.push(String::new());
            unbroken = 0;
        }
        pieces.last_mut().expect("there is always a piece").push_str(cluster);
        let breaks = cluster.chars().any(|character| character.is_whitespace() || character >= '\u{2e80}');
        unbroken = if breaks { 0 } else { unbroken + 1 };
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_dropped_and_nothing_hides() {
        assert_eq!(visible("a\u{202e}b"), "a[U+202E]b", "an override would turn what follows");
        assert_eq!(visible("x\u{0}\u{7}\u{1b}[31m"), "x[U+0000][U+0007][U+001B][31m", "control characters");
        assert_eq!(visible("a\u{200b}b\u{feff}"), "a[U+200B]b[U+FEFF]", "of no width");
        assert_eq!(visible("party \u{1f600}"), "party [U+1F600]", "no glyph");
        assert_eq!(visible("two\nlines\tand"), "two lines and", "white space stays white space");
    }

    #[test]
    fn names_stay_as_they_are() {
        for name in [
            "Müller & Söhne KG",
            "श्रीकृष्ण",
            "می‌خواهم",
            "𠮷祥科技有限公司",
            "Phòng khám Nguyễn",
            "#panic(\"x\") $a$ \\ *b*",
        ] {
            assert_eq!(visible(name), name, "a name is printed as it is written");
        }
    }

    #[test]
    fn what_has_no_spaces_may_break() {
        let long = "a".repeat(95);
        assert_eq!(pieces(&long).len(), 5, "after every twenty characters");
        assert_eq!(pieces(&long).concat(), long, "nothing is put in");
        assert_eq!(pieces("many short words stand here and break by themselves").len(), 1, "words break by themselves");
        let combined = "e\u{301}".repeat(30);
        assert!(pieces(&combined)[1].starts_with('e'), "never before a mark");
    }
}
