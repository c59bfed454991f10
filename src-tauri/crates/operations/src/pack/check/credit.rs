//! Credit notes: each in itself, and all of them together never above the invoice (rules, section 7.7).

use super::{Found, shown, taxes};
use billing::invoice::{Content, CreditContent};

/// Checks a credit note.
pub(in crate::pack) fn check(credit: &CreditContent, invoice: &Content, found: &mut Found) {
    let (number, currency) = (&credit.issue.number, credit.currency);
    let of = invoice.issue.as_ref().map(|issue| &issue.number);
    found.expect(
        credit.invoice.as_ref() == of && credit.tenant == invoice.tenant && currency == invoice.currency,
        || format!("Credit note {number} is not of this invoice."),
    );
    let net = credit.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
    let says = |what: &str, sum: i64, said: i64| {
        format!(
            "The {what} of credit note {number} comes to {}, and it says {}.",
            shown(sum, currency),
            shown(said, currency)
        )
    };
    found.expect(net == credit.net_minor, || says("sum of the lines", net, credit.net_minor));
    let tax = taxes(&format!("credit note {number}"), &credit.taxes, currency, found);
    let total = credit.net_minor.saturating_add(tax);
    found.expect(total == credit.total_minor, || says("total", total, credit.total_minor));
}

/// Checks all credit notes of an invoice together.
pub(in crate::pack) fn together(credits: &[CreditContent], invoice: &Content, found: &mut Found) {
    let credited = credits.iter().fold(0_i64, |sum, credit| sum.saturating_add(credit.total_minor));
    found.expect(credited <= invoice.total_minor.max(0), || {
        let (credited, total) = (shown(credited, invoice.currency), shown(invoice.total_minor, invoice.currency));
        format!("The credit notes come to {credited}, and the invoice only to {total}.")
    });
}
