//! The fonts that come along. What no font covers is known before anything is printed.

use std::sync::LazyLock;
use typst::foundations::Bytes;
use typst::text::Font;

macro_rules! files {
    ($($name:literal),+ $(,)?) => { [$(include_bytes!(concat!("../../fonts/", $name)).as_slice()),+] };
}

/// Latin first: its glyphs win where several fonts have one.
const FILES: [&[u8]; 22] = files![
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansArmenian-Regular.ttf",
    "NotoSansBengali-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansEthiopic-Regular.ttf",
    "NotoSansGeorgian-Regular.ttf",
    "NotoSansGujarati-Regular.ttf",
    "NotoSansGurmukhi-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansKannada-Regular.ttf",
    "NotoSansKhmer-Regular.ttf",
    "NotoSansLao-Regular.ttf",
    "NotoSansMalayalam-Regular.ttf",
    "NotoSansMyanmar-Regular.ttf",
    "NotoSansOriya-Regular.ttf",
    "NotoSansSinhala-Regular.ttf",
    "NotoSansTamil-Regular.ttf",
    "NotoSansTelugu-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansCJKjp-Regular.otf",
];

/// All fonts.
pub(super) static FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| FILES.iter().flat_map(|file| Font::iter(Bytes::new(*file))).collect());

/// Whether some font has a glyph for a character.
pub(super) fn covers(character: char) -> bool {
    FONTS.iter().any(|font| font.info().coverage.contains(u32::from(character)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_font_of_its_own_family() {
        let families: Vec<&str> = FONTS.iter().map(|font| font.info().family.as_str()).collect();
        assert_eq!(families.len(), FILES.len(), "each file holds one font");
        let template = include_str!("templates/paper.typ");
        for family in families {
            assert!(template.contains(&format!("\"{family}\"")), "the template names {family}");
        }
    }

    #[test]
    fn the_scripts_of_customers_are_covered() {
        for text in
            ["Ab", "Ωλ", "Жы", "שׁ", "شركة", "हिन्दी", "สยาม", "თბ", "አዲስ", "株式会社さくら𠮷", "华龙臺灣", "한빛", "×–’"]
        {
            for character in text.chars() {
                assert!(covers(character), "{character} of {text}");
            }
        }
        assert!(!covers('\u{1f600}'), "there are no pictures; they are printed by their number");
    }
}
