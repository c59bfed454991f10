//! Counted again without the ledger, its caches and the rules' code: what tenants used is a formula, and what it costs is
//! written down here.

use super::books::assert_sound;
use super::{everything, host, run};
use billing::invoice::LineKind;
use billing::time::Day;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;
use support::Ledger;
use support::firm::{self, Order};

on_every_engine!(lines_of_use_are_what_a_recount_gives);

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Calls of the plan Solo: 20 included, 0.05 up to 100, 0.031 above.
fn calls(used: i64) -> Decimal {
    let above = Decimal::from((used - 20).max(0));
    let first = above.min(Decimal::ONE_HUNDRED);
    cents(first * Decimal::new(5, 2) + (above - first) * Decimal::new(31, 3))
}

/// Tokens: 20 a day included, 0.0133 above, summed over days and rounded once.
fn tokens(days: &BTreeMap<Day, i64>) -> Decimal {
    let above: i64 = days.values().map(|used| (used - 20).max(0)).sum();
    cents(Decimal::from(above) * Decimal::new(133, 4))
}

async fn lines_of_use_are_what_a_recount_gives(ledger: Ledger) {
    // Tenants 3, 9, 15 and so on have the plan Solo, change nothing, and have periods from the first of the month, in
    // zones that lose or gain an hour in March.
    let world = firm::make(&ledger.store, 30, Order::Forward).await.unwrap();
    run(&ledger.store, &host(&world, 1), &everything()).await.unwrap();
    let books = assert_sound(&ledger.store).await;
    let mut checked = 0;
    for number in [3_u64, 6, 9, 15, 18, 21, 27, 30] {
        let tenant = world.tenants[usize::try_from(number - 1).unwrap()];
        let zone = firm::zone_of(number);
        for invoice in books.issued.values().filter(|invoice| invoice.tenant == tenant) {
            let document = invoice.document().unwrap();
            let part = document.part.clone().unwrap();
            let inside: Vec<_> = firm::used_by(number)
                .into_iter()
                .map(|(code, quantity, occurred_at)| (code, quantity, Day::of(occurred_at, zone).unwrap()))
                .filter(|(.., day)| part.from <= *day && *day < part.to)
                .collect();
            let used: i64 = inside.iter().filter(|(code, ..)| *code == "calls").map(|(_, quantity, _)| quantity).sum();
            let mut days: BTreeMap<Day, i64> = BTreeMap::new();
            for (_, quantity, day) in inside.iter().filter(|(code, ..)| *code == "tokens") {
                *days.entry(*day).or_default() += quantity;
            }
            let amount = |kind: LineKind, name: &str| {
                let line = document.lines.iter().find(|line| line.kind == kind && line.description == name);
                line.map_or(Decimal::ZERO, |line| Decimal::new(line.amount_minor, 2))
            };
            let what = format!("tenant {number}, {} to {}", part.from, part.to);
            assert_eq!(amount(LineKind::Usage, "calls"), calls(used), "calls of {what}");
            assert_eq!(amount(LineKind::Usage, "tokens"), tokens(&days), "tokens of {what}");
            assert_eq!(amount(LineKind::Fee, "Solo"), Decimal::new(3_900, 2), "the fee of {what}");
            checked += 1;
        }
    }
    assert!(checked >= 20, "three months of eight tenants: {checked}");
}
