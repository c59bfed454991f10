//! The locale of the figures on screen.
//!
//! WebKit reports the language "C" under LANG=C, and the browser's number formats refuse it, so the page is told.

const FALLBACK: &str = "en-US";

/// The system's locale as BCP 47; `en-US` where it names none that a browser takes.
pub fn system() -> String {
    sys_locale::get_locale().as_deref().map_or(FALLBACK.to_owned(), usable)
}

fn usable(name: &str) -> String {
    let tag = name.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_rest = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_language && parts.all(is_rest) { tag } else { FALLBACK.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_one_that_a_browser_takes() {
        for (name, expected) in [
            ("de_DE.UTF-8", "de-DE"),
            ("sr_RS@latin", "sr-RS"),
            ("pt-BR", "pt-BR"),
            ("C", "en-US"),
            ("C.UTF-8", "en-US"),
            ("POSIX", "en-US"),
            ("", "en-US"),
            ("de_../../x", "en-US"),
        ] {
            assert_eq!(usable(name), expected, "for LANG={name}");
        }
    }
}
