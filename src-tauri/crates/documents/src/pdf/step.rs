//! Steps of a proof in words: what each does, what it multiplies, what it adds.

use super::data::{dict, figure, grouped};
use super::text::plain;
use operations::wire::ProofStep;
use typst::foundations::Dict;

/// A step as a row: words, calculation, amount.
pub(super) fn row(step: &ProofStep) -> Dict {
    dict([("words", plain(&words(step))), ("calculation", plain(&calculation(step))), ("amount", figure(&step.amount))])
}

/// What a step does.
fn words(step: &ProofStep) -> String {
    let tier = || step.tier.map(|tier| format!(", tier {tier}")).unwrap_or_default();
    let event = || step.event.map(|event| format!(", event {event}")).unwrap_or_default();
    let said = match step.rule.as_str() {
        "units" | "tier_units" => "Units",
        "tier_flat" => "Flat amount",
        "packages" => "Packages",
        "free_event" => "Free of charge",
        "event_percent" | "tier_percent" => "Percentage",
        "event_fee" => "Fixed fee",
        "event_minimum" => "Up to the minimum",
        "event_maximum" => "Above the maximum",
        "proration" => "Part of the period",
        "before" => "Billed before",
        "maximum" => "Above the maximum of the period",
        "minimum" => "Up to the minimum of the period",
        "discount" => "Discount",
        "tax" => "Tax",
        "charge" => "Charge",
        "credit" => "Credit",
        "credit_cap" => "More than was paid",
        "wallet" => "Prepaid credit",
        "days" => "Days",
        "rounding" => "Rounding",
        other => return format!("{other}{}{}", tier(), event()),
    };
    format!("{said}{}{}", tier(), event())
}

/// What gives the amount: `500 × 0.10`, `200 × 1.3 %`, `100.00 × 15 / 31`.
fn calculation(step: &ProofStep) -> String {
    let (Some(quantity), Some(price)) = (&step.quantity, &step.price) else { return String::new() };
    let (quantity, price) = (grouped(quantity), grouped(price));
    match step.divisor.as_deref() {
        None | Some("1") => format!("{quantity} × {price}"),
        Some("100") => format!("{quantity} × {price} %"),
        Some(divisor) => format!("{quantity} × {price} / {}", grouped(divisor)),
    }
}

/// Whether a line says more by its steps than by its amount alone.
pub(super) fn says_more(steps: &[ProofStep]) -> bool {
    let counting = steps.iter().filter(|step| step.rule != "rounding");
    let mut counting = counting.peekable();
    let is_bare = counting.peek().is_some_and(|step| step.rule == "charge" || calculation(step).is_empty());
    counting.count() > usize::from(is_bare)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn step(rule: &str, parts: [Option<&str>; 3], amount: &str) -> ProofStep {
        let [quantity, price, divisor] = parts.map(|part| part.map(str::to_owned));
        ProofStep {
            rule: rule.to_owned(),
            tier: None,
            event: None,
            quantity,
            price,
            divisor,
            amount: amount.to_owned(),
        }
    }

    #[test]
    fn a_step_says_what_it_multiplies() {
        let of = |parts| calculation(&step("units", parts, "1"));
        assert_eq!(of([Some("1500"), Some("0.02"), None]), "1,500 × 0.02");
        assert_eq!(of([Some("200"), Some("1.3"), Some("100")]), "200 × 1.3 %", "a hundredth is a percentage");
        assert_eq!(of([Some("15"), Some("100.00"), Some("31")]), "15 × 100.00 / 31", "days of the period");
        assert_eq!(of([None, None, None]), "", "nothing is multiplied");
        let tiered = ProofStep { tier: Some(2), ..step("tier_units", [None; 3], "1") };
        assert_eq!(words(&tiered), "Units, tier 2");
        assert_eq!(words(&step("new_rule", [None; 3], "1")), "new_rule", "a rule that this program does not know");
    }

    #[test]
    fn a_charge_needs_no_steps() {
        let charge = step("charge", [None; 3], "20.00");
        let units = step("units", [Some("3"), Some("2"), None], "6");
        assert!(!says_more(std::slice::from_ref(&charge)), "the amount says it all");
        assert!(!says_more(&[charge.clone(), step("rounding", [None; 3], "0.001")]), "nor does rounding");
        assert!(says_more(std::slice::from_ref(&units)), "a price does");
        assert!(says_more(&[charge, units]), "two parts do");
    }
}
