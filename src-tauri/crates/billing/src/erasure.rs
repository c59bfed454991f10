//! Which texts name a person who is erased (rules, section 2.7).
//!
//! Not the erasing itself: the store knows where texts are. A text names somebody by whole words: erasing "Ann" takes
//! nothing from a row about "Annual report", and erasing client 7 nothing from one about 7 minutes.

/// Outside ids that are shorter than this, or that are digits alone, are looked for in their own fields only: within
/// free text they could mean anything.
const MIN_TELLING_CHARS: usize = 4;

/// What a subject is called, folded for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Its kind, which is also the name of its field in a row: `user`, `client`, `session` or `resource`.
    field: String,
    outside_id: Option<String>,
    folded: Vec<String>,
}

/// Fields of a row in quarantine that hold what somebody wrote.
const FREE_TEXT: [&str; 2] = ["row", "billable_reason"];
const METADATA: &str = "metadata.";

impl Names {
    /// From a subject's kind, outside id and name.
    pub fn new(kind: &str, outside_id: Option<&str>, name: Option<&str>) -> Self {
        let telling = |id: &&str| id.chars().count() >= MIN_TELLING_CHARS && id.chars().any(char::is_alphabetic);
        let fold = |text: &str| text.trim().to_lowercase();
        let mut folded: Vec<String> = [name, outside_id.filter(telling)]
            .into_iter()
            .flatten()
            .map(fold)
            .filter(|text| !text.is_empty())
            .collect();
        folded.dedup();
        let outside_id = outside_id.filter(|id| !id.is_empty()).map(str::to_owned);
        Self { field: kind.to_owned(), outside_id, folded }
    }

    /// Whether a text holds one of the names as whole words, in upper or lower case.
    pub fn are_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.folded.iter().any(|name| holds_words(&text, name))
    }

    /// Whether a field of a row says who the subject is.
    pub fn are_in_field(&self, name: &str, text: &str) -> bool {
        if name == self.field && self.outside_id.as_deref() == Some(text) {
            return true;
        }
        let is_free = FREE_TEXT.contains(&name) || name.starts_with(METADATA);
        is_free && (self.are_in(text) || self.are_in(name))
    }
}

fn holds_words(text: &str, words: &str) -> bool {
    let mut from = 0;
    while let Some(found) = text[from..].find(words) {
        let (start, end) = (from + found, from + found + words.len());
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        if ![before, after].into_iter().flatten().any(char::is_alphanumeric) {
            return true;
        }
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(outside_id: &str, name: Option<&str>) -> Names {
        Names::new("client", Some(outside_id), name)
    }

    #[test]
    fn names_are_whole_words() {
        let ann = names("c1", Some("Ann"));
        assert!(ann.are_in("call with ANN.wav"), "case and punctuation do not hide a name");
        assert!(ann.are_in("ann"), "nor do the ends of a text");
        assert!(ann.are_in("Annann ann"), "nor a longer word before it");
        assert!(!ann.are_in("Annual report of Joann"), "a part of another word is another word");
        assert!(names("x", Some("Änne Groß")).are_in("für änne groß."), "letters of all alphabets are folded");
    }

    #[test]
    fn an_id_is_looked_for_in_free_text_only_when_it_can_mean_nobody_else() {
        assert!(names("Zaphod-Beeble", None).are_in("call with Zaphod-Beeble.wav"), "an id that is a name");
        assert!(!names("7", None).are_in("call 7 of 9"), "a number means anything");
        assert!(!names("77777", None).are_in("took 77777 ms"), "a long one, too");
        assert!(!names("client-7", None).are_in("client-77"), "the end of an id is part of it");
    }

    #[test]
    fn a_field_names_its_own_subject_by_its_whole_value() {
        let seven = names("7", Some("Ann"));
        assert!(seven.are_in_field("client", "7"), "its own field");
        assert!(!seven.are_in_field("client", "77"), "another client");
        assert!(!seven.are_in_field("user", "7"), "a user of the same id is somebody else");
        assert!(!seven.are_in_field("quantity", "7"), "a quantity is nobody");
        assert!(seven.are_in_field("metadata.file", "Ann.wav"), "free text with the name");
        assert!(seven.are_in_field("row", "1,Ann,2"), "a row that could not be read");
        assert!(!names("", Some(" ")).are_in_field("row", "1, ,2"), "an empty name is none");
    }
}
