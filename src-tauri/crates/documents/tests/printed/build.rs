//! Builders of documents with defaults.

use operations::document::CreditDocument;
use operations::wire::{
    CreditNoteRow, DaySpan, EventRow, ExplainedCounter, ExplainedLine, Explanation, InvoiceLine, InvoiceRow,
    InvoiceTax, InvoiceView, PartyFields, ProofStep, SettledRow,
};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn seller() -> PartyFields {
    PartyFields {
        name: "Meridian Voice GmbH".to_owned(),
        address: vec!["Torstraße 141".to_owned(), "10119 Berlin".to_owned()],
        country: some("DE"),
        tax_id: some("DE301928374"),
        email: some("billing@meridian.example"),
    }
}

pub fn buyer(name: &str) -> PartyFields {
    PartyFields {
        name: name.to_owned(),
        address: vec!["12 Harbor Street".to_owned(), "Portland, ME 04101".to_owned()],
        country: some("US"),
        tax_id: some("US-12-3456789"),
        email: None,
    }
}

pub fn step(rule: &str, tier: Option<u32>, parts: [Option<&str>; 3], amount: &str) -> ProofStep {
    let [quantity, price, divisor] = parts.map(|part| part.map(str::to_owned));
    ProofStep { rule: rule.to_owned(), tier, event: None, quantity, price, divisor, amount: amount.to_owned() }
}

pub fn line(no: u32, description: &str, amount: &str) -> InvoiceLine {
    InvoiceLine {
        no,
        kind: "fee".to_owned(),
        description: description.to_owned(),
        meter: None,
        unit: None,
        plan: None,
        plan_version_id: None,
        rule_version: 1,
        days: None,
        used: None,
        included: None,
        quantity: None,
        unrounded: amount.to_owned(),
        amount: amount.to_owned(),
        counts: true,
        steps: vec![step("charge", None, [None; 3], amount)],
    }
}

pub fn usage(no: u32, description: &str, amount: &str, steps: Vec<ProofStep>) -> InvoiceLine {
    InvoiceLine {
        kind: "usage".to_owned(),
        meter: some("call_seconds"),
        unit: some("minutes"),
        plan: some("Professional, version 2"),
        days: Some(DaySpan { from: "2026-01-01".to_owned(), to: "2026-02-01".to_owned() }),
        used: some("12483.5"),
        included: some("10000"),
        quantity: some("2483.5"),
        steps,
        ..line(no, description, amount)
    }
}

/// An invoice whose sums the test gives: net, tax, total, prepaid.
pub fn invoice(currency: &str, lines: Vec<InvoiceLine>, [net, tax, total, prepaid]: [&str; 4]) -> InvoiceView {
    InvoiceView {
        as_of: "2026-02-05T08:00:00Z".to_owned(),
        row: InvoiceRow {
            invoice_id: "inv_019c2f5e-0000-7000-8000-000000000001".to_owned(),
            number: some("INV-2026-000042"),
            tenant_id: "ten_019c2f5e-0000-7000-8000-000000000002".to_owned(),
            tenant: "Harbor Call Center".to_owned(),
            origin: "billed".to_owned(),
            status: "finalized".to_owned(),
            hold: None,
            plan: some("Professional"),
            period: Some(DaySpan { from: "2026-01-01".to_owned(), to: "2026-02-01".to_owned() }),
            issue_day: some("2026-02-04"),
            due_day: some("2026-03-06"),
            days_overdue: None,
            drafted_at: None,
            currency: currency.to_owned(),
            net: net.to_owned(),
            tax: tax.to_owned(),
            total: total.to_owned(),
            prepaid: prepaid.to_owned(),
            paid: "0".to_owned(),
            credited: "0".to_owned(),
            open: total.to_owned(),
        },
        zone: some("America/New_York"),
        seller: seller(),
        buyer: buyer("Harbor Call Center"),
        lines,
        taxes: vec![InvoiceTax { percent: "19".to_owned(), net: net.to_owned(), amount: tax.to_owned() }],
        settled: Vec::new(),
        tax_note: None,
        note: some("Thank you. Please give the invoice number with your payment."),
        replaces: None,
        replaced_by: None,
        hash: Some("5f".repeat(32)),
        hash_fits: true,
        payments: Vec::new(),
        credit_notes: Vec::new(),
        disputes: Vec::new(),
        timeline: Vec::new(),
        actions: Vec::new(),
    }
}

pub fn prepaid(name: &str, amount: &str) -> SettledRow {
    SettledRow { kind: "prepaid".to_owned(), name: name.to_owned(), amount: amount.to_owned() }
}

pub fn short() -> InvoiceView {
    let tiers = vec![
        step("tier_units", Some(1), [Some("1000"), Some("0.05"), None], "50.00"),
        step("tier_units", Some(2), [Some("1483.5"), Some("0.035"), None], "51.9225"),
        step("tier_flat", Some(2), [None; 3], "5"),
        step("rounding", None, [None; 3], "-0.0025"),
    ];
    let memo = InvoiceLine { counts: false, kind: "memo".to_owned(), ..usage(4, "Agent minutes", "17.20", vec![]) };
    let lines = vec![
        line(1, "Professional", "99.00"),
        usage(2, "Call minutes", "106.92", tiers),
        InvoiceLine { kind: "coupon".to_owned(), ..line(3, "WELCOME10", "-20.59") },
        memo,
    ];
    let mut invoice = invoice("USD", lines, ["185.33", "35.21", "220.54", "20.00"]);
    invoice.settled = vec![prepaid("Launch credits", "20.00")];
    invoice.tax_note = some("VAT is shown at the rate of the place of supply.");
    invoice
}

pub fn credit(name: &str) -> CreditDocument {
    CreditDocument {
        row: CreditNoteRow {
            credit_note_id: "crn_019c2f5e-0000-7000-8000-000000000003".to_owned(),
            number: "CN-2026-000007".to_owned(),
            tenant_id: "ten_019c2f5e-0000-7000-8000-000000000002".to_owned(),
            tenant: name.to_owned(),
            origin: "billed".to_owned(),
            invoice_id: None,
            invoice_number: some("INV-2026-000042"),
            dispute_id: None,
            issue_day: "2026-02-20".to_owned(),
            currency: "USD".to_owned(),
            net: "193.33".to_owned(),
            tax: "48.33".to_owned(),
            total: "241.66".to_owned(),
            reason: "Calls of 14 January were counted twice by the exchange".to_owned(),
            actor: "support".to_owned(),
        },
        seller: seller(),
        buyer: buyer(name),
        lines: vec![("Call minutes".to_owned(), some("3866.6"), "193.33".to_owned())],
        taxes: vec![InvoiceTax { percent: "25".to_owned(), net: "193.33".to_owned(), amount: "48.33".to_owned() }],
        hash: "a7".repeat(32),
    }
}

pub fn event(index: u32, key: &str) -> EventRow {
    EventRow {
        tenant_id: "ten_019c2f5e-0000-7000-8000-000000000002".to_owned(),
        tenant_name: "Harbor Call Center".to_owned(),
        source: "calls".to_owned(),
        key: key.to_owned(),
        meter: "call_seconds".to_owned(),
        unit: "seconds".to_owned(),
        quantity: format!("{}", 59 + index),
        billable: !index.is_multiple_of(7),
        classification: "original".to_owned(),
        occurred_at: format!("2026-01-{:02}T10:{:02}:00.123456Z", 1 + index % 28, index % 60),
        received_at: "2026-01-31T10:00:00Z".to_owned(),
        day: "2026-01-01".to_owned(),
        zone: "America/New_York".to_owned(),
        provider: "google".to_owned(),
        cost: None,
        cost_currency: None,
    }
}

pub fn explanation(events: u32) -> Explanation {
    let view = short();
    let counter = ExplainedCounter {
        place: "period".to_owned(),
        counter: "749010".to_owned(),
        ledger: "749010".to_owned(),
        used: "749010".to_owned(),
        events: 12_071,
        free: 311,
        corrections: 2,
        late: 14,
        duplicates: 96,
    };
    let explain = |line: &InvoiceLine| ExplainedLine {
        line: line.clone(),
        recomputed: line.amount.clone(),
        residue: "0".to_owned(),
        counter: (line.kind == "usage").then(|| counter.clone()),
        events: if line.kind == "usage" {
            (0..events).map(|index| event(index, &format!("call-{index:08}"))).collect()
        } else {
            Vec::new()
        },
        next: (line.kind == "usage").then(|| "more".to_owned()),
    };
    Explanation {
        as_of: view.as_of.clone(),
        invoice_id: view.row.invoice_id.clone(),
        number: view.row.number.clone(),
        tenant_id: view.row.tenant_id.clone(),
        tenant: view.row.tenant.clone(),
        zone: view.zone.clone(),
        currency: view.row.currency.clone(),
        rule_version: 1,
        hash: view.hash.clone(),
        total: view.row.total.clone(),
        recomputed: view.row.total.clone(),
        residue: "0.00".to_owned(),
        lines: view.lines.iter().map(explain).collect(),
        taxes: view.taxes.clone(),
    }
}
