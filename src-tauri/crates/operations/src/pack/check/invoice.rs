//! The invoice in itself: its lines follow from their steps, its sums from its lines.

use super::{Found, proof, shown, taxes};
use billing::invoice::Content;

/// Checks an invoice.
pub(in crate::pack) fn check(invoice: &Content, found: &mut Found) {
    let currency = invoice.currency;
    let mut net = 0_i64;
    for (line, no) in invoice.lines.iter().zip(1_u32..) {
        found.lines += 1;
        let what = format!("line {}", line.no);
        found.expect(line.no == no, || format!("Line {} stands in place {no}.", line.no));
        proof(&what, &line.proof, line.amount_minor, currency, found);
        if line.counts() {
            net = net.saturating_add(line.amount_minor);
        }
    }
    let says = |what: &str, sum: i64, said: i64| {
        format!("The {what} comes to {}, and the invoice says {}.", shown(sum, currency), shown(said, currency))
    };
    found.expect(net == invoice.net_minor, || says("sum of the lines", net, invoice.net_minor));
    let tax = taxes("the invoice", &invoice.taxes, currency, found);
    let total = invoice.net_minor.saturating_add(tax);
    found.expect(total == invoice.total_minor, || says("total", total, invoice.total_minor));
    let settled = invoice.settled.iter().fold(0_i64, |sum, part| sum.saturating_add(part.amount_minor));
    let due = invoice.total_minor.saturating_sub(settled);
    found.expect(due == invoice.due_minor, || says("amount due", due, invoice.due_minor));
}
