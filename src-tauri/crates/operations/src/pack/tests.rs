//! Packs from plain data, and what happens to them: no database has a part in it.

use super::assemble::{About, assemble, readme};
use super::events::{row, sheet};
use super::manifest::{CreditEntry, hex};
use super::verify::verify_reader;
use crate::document::{CellKind, Sheet, harmless};
use crate::wire::PackVerification;
use billing::event::{Assignment, Classification, EventKey, Fingerprint, Leaf, Subjects, Usage};
use billing::ids::{EntitlementId, MeterId, PeriodId, PlanVersionId, TenantId};
use billing::invoice::{
    Content, CreditContent, CreditLine, Issue, Line, LineKind, PartOfPeriod, Party, Settlement, SettlementKind, TaxLine,
};
use billing::leaf::{Arrival, LeafFields};
use billing::meter::{Aggregation, Meter, Reset};
use billing::pricing::{Proof, Rule, Step};
use billing::quantity::Scale;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read as _};
use store::events::EventRecord;
use uuid::Uuid;

const fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn meter() -> Meter {
    Meter {
        id: MeterId::from_uuid(uuid(3)),
        code: "call_seconds".parse().unwrap(),
        name: "Call time".to_owned(),
        unit: "seconds".to_owned(),
        scale: Scale::new(2).unwrap(),
        aggregation: Aggregation::Sum,
        reset: Reset::Period,
        signed: false,
    }
}

fn part() -> PartOfPeriod {
    PartOfPeriod {
        period: PeriodId::from_uuid(uuid(2)),
        from: "2026-01-01".parse().unwrap(),
        to: "2026-02-01".parse().unwrap(),
        of_days: 31,
    }
}

fn event(number: u64) -> EventRecord {
    let key = match number {
        1 => "=cmd|' /C calc'!A0".to_owned(),
        2 => "'apostrophe".to_owned(),
        _ => format!("call-{number}"),
    };
    let usage = Usage {
        key: EventKey { tenant: TenantId::from_uuid(uuid(1)), source: "calls".to_owned(), key },
        meter: meter().id,
        quantity: 5_901,
        occurred_at: format!("2026-01-{:02}T10:00:00.123456Z", 1 + number % 28).parse().unwrap(),
        classification: Classification::Original,
        parent: None,
        billable: None,
        billable_reason: None,
        cost: None,
        provider: "google".to_owned(),
        action: String::new(),
        subjects: Subjects::default(),
    };
    let is_billable = number != 3;
    let assignment = Assignment {
        day: format!("2026-01-{:02}", 1 + number % 28).parse().unwrap(),
        period: Some(part().period),
        billed_period: Some(part().period),
        entitlement: Some(EntitlementId::from_uuid(uuid(4))),
        plan_version: Some(PlanVersionId::from_uuid(uuid(5))),
        contribution: 5_901,
        billable: is_billable,
        billable_reason: if is_billable { "original" } else { "not_billable_by_source" }.to_owned(),
    };
    let fingerprint = billing::leaf::fingerprint(&usage);
    let received_at = "2026-02-01T00:00:00Z".parse().unwrap();
    let arrival = Arrival { received_at, details: Some([7; 32]), import: None, line: Some(number) };
    let leaf = LeafFields::of(&usage, &assignment, fingerprint, arrival).leaf();
    EventRecord {
        usage,
        assignment,
        received_at,
        import: None,
        line: Some(number),
        fingerprint: Fingerprint(fingerprint.0),
        leaf: Leaf(leaf.0),
        details_hash: Some([7; 32]),
    }
}

fn proof(steps: Vec<Step>) -> Proof {
    Proof { steps }
}

/// 10 events of 59.01, one of them free: 531.09 used, 31.09 above what is included.
fn invoice() -> Content {
    let quantity = decimal("31.09");
    let units = Step::new(Rule::Units, decimal("3.4199")).of(quantity, decimal("0.11"), Decimal::ONE);
    let usage = Line {
        no: 2,
        kind: LineKind::Usage,
        description: "Call time".to_owned(),
        meter: Some(meter().id),
        unit: Some("seconds".to_owned()),
        plan_version: Some(PlanVersionId::from_uuid(uuid(5))),
        entitlement: Some(EntitlementId::from_uuid(uuid(4))),
        part: Some(part()),
        used: Some(decimal("531.09")),
        included: Some(decimal("500")),
        quantity: Some(quantity),
        unrounded: decimal("3.4199"),
        amount_minor: 342,
        proof: proof(vec![units, Step::new(Rule::Rounding, decimal("0.0001"))]),
    };
    let fee = Line {
        no: 1,
        kind: LineKind::Fee,
        description: "Professional".to_owned(),
        meter: None,
        unit: None,
        used: None,
        included: None,
        quantity: None,
        unrounded: decimal("20"),
        amount_minor: 2_000,
        proof: proof(vec![Step::new(Rule::Charge, decimal("20"))]),
        ..usage.clone()
    };
    let tax = Step::new(Rule::Tax, decimal("2.342")).of(decimal("23.42"), decimal("10"), Decimal::ONE_HUNDRED);
    Content {
        format: Content::FORMAT,
        rule_version: 1,
        issue: Some(Issue {
            number: "INV-2026-000001".to_owned(),
            at: "2026-02-04T08:00:00Z".parse().unwrap(),
            day: "2026-02-04".parse().unwrap(),
            due: Some("2026-03-06".parse().unwrap()),
        }),
        tenant: TenantId::from_uuid(uuid(1)),
        subscription: None,
        part: Some(part()),
        zone: None,
        plan: Some("Professional".to_owned()),
        currency: "USD".parse().unwrap(),
        seller: Party { name: "Meridian".to_owned(), ..Party::default() },
        buyer: Party { name: "Müller & Söhne".to_owned(), ..Party::default() },
        lines: vec![fee, usage],
        net_minor: 2_342,
        taxes: vec![TaxLine {
            percent: decimal("10"),
            net_minor: 2_342,
            amount_minor: 234,
            proof: proof(vec![tax, Step::new(Rule::Rounding, decimal("-0.002"))]),
        }],
        total_minor: 2_576,
        settled: vec![Settlement {
            kind: SettlementKind::Prepaid,
            reference: "w".to_owned(),
            name: "Launch".to_owned(),
            amount_minor: 576,
        }],
        due_minor: 2_000,
        tax_note: None,
        note: None,
        replaces: None,
    }
}

fn credit() -> CreditContent {
    let invoice = invoice();
    let line = CreditLine {
        no: 1,
        invoice_line: Some(2),
        description: "Call time".to_owned(),
        quantity: None,
        amount_minor: 100,
    };
    let tax = Step::new(Rule::Tax, decimal("0.1")).of(decimal("1"), decimal("10"), Decimal::ONE_HUNDRED);
    CreditContent {
        format: CreditContent::FORMAT,
        issue: Issue { number: "CN-2026-000001".to_owned(), due: None, ..invoice.issue.unwrap() },
        tenant: invoice.tenant,
        invoice: Some("INV-2026-000001".to_owned()),
        currency: invoice.currency,
        seller: invoice.seller,
        buyer: invoice.buyer,
        lines: vec![line],
        net_minor: 100,
        taxes: vec![TaxLine { percent: decimal("10"), net_minor: 100, amount_minor: 10, proof: proof(vec![tax]) }],
        total_minor: 110,
        reason: "counted twice".to_owned(),
    }
}

fn explanation(invoice: &Content) -> String {
    let money = |minor| billing::money::Money::from_minor(minor, invoice.currency).to_string();
    let lines: Vec<String> = invoice
        .lines
        .iter()
        .map(|line| {
            let steps: Vec<String> =
                line.proof.steps.iter().map(|step| format!("{{\"amount\":\"{}\"}}", step.amount)).collect();
            let amount = money(line.amount_minor);
            format!(
                "{{\"no\":{},\"amount\":\"{amount}\",\"recomputed\":\"{amount}\",\"residue\":\"0\",\"steps\":[{}],\
                 \"counter\":null,\"used\":null,\"events\":[]}}",
                line.no,
                steps.join(",")
            )
        })
        .collect();
    let total = money(invoice.total_minor);
    format!(
        "{{\"hash\":\"{}\",\"total\":\"{total}\",\"recomputed\":\"{total}\",\"residue\":\"0.00\",\"lines\":[{}]}}",
        hex(&invoice.hash()),
        lines.join(",")
    )
}

fn csv(sheet: &Sheet) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(sheet.columns.iter().map(|column| column.name)).unwrap();
    for row in &sheet.rows {
        writer
            .write_record(row.iter().zip(&sheet.columns).map(|(cell, column)| {
                let cell = cell.as_deref().unwrap_or_default();
                if column.kind == CellKind::Text { harmless(cell) } else { cell.to_owned() }
            }))
            .unwrap();
    }
    writer.into_inner().unwrap()
}

/// What a pack is made from; a test changes a part and packs it again with hashes that fit.
struct Parts {
    invoice: Content,
    credits: Vec<CreditContent>,
    events: Vec<EventRecord>,
    payments: String,
}

impl Parts {
    fn new() -> Self {
        Self {
            invoice: invoice(),
            credits: vec![credit()],
            events: (0..10).map(event).collect(),
            payments: "received_at,applied\n2026-03-01T00:00:00Z,20.00\n".to_owned(),
        }
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut table = sheet();
        table.rows = self.events.iter().map(|event| row(2, &meter(), event)).collect();
        let mut files = vec![
            ("readme.txt".to_owned(), readme(&self.about())),
            ("invoice.json".to_owned(), self.invoice.canonical().into_bytes()),
            ("invoice.pdf".to_owned(), b"%PDF-1.7 stands for a document".to_vec()),
            ("explanation.json".to_owned(), explanation(&self.invoice).into_bytes()),
            ("events.csv".to_owned(), csv(&table)),
            ("payments.csv".to_owned(), self.payments.clone().into_bytes()),
        ];
        for (index, credit) in self.credits.iter().enumerate() {
            files.push((format!("credit-note-{}.json", index + 1), credit.canonical().into_bytes()));
        }
        files
    }

    fn about(&self) -> About {
        let entry = |(index, credit): (usize, &CreditContent)| CreditEntry {
            number: credit.issue.number.clone(),
            file: format!("credit-note-{}.json", index + 1),
            hash: hex(&credit.hash()),
        };
        About {
            ledger_id: "led_00000000000000000000000000000009".to_owned(),
            as_of: "2026-03-02T00:00:00Z".to_owned(),
            rule_version: 1,
            tenant_id: self.invoice.tenant.to_string(),
            invoice_id: "inv_00000000000000000000000000000008".to_owned(),
            invoice: "INV-2026-000001".to_owned(),
            invoice_hash: hex(&self.invoice.hash()),
            dispute: None,
            credit_notes: self.credits.iter().enumerate().map(entry).collect(),
        }
    }

    fn pack(&self) -> Vec<u8> {
        assemble(self.about(), self.files()).unwrap()
    }
}

fn checked(bytes: Vec<u8>) -> PackVerification {
    verify_reader("pack.zip".to_owned(), Cursor::new(bytes))
}

/// The sentences of a pack whose hashes all fit and whose content does not.
fn said(parts: &Parts) -> String {
    let found = checked(parts.pack());
    assert!(!found.fits, "it must be found");
    assert!(!found.problems.iter().any(|it| it.contains("not the file")), "its hashes fit: {:?}", found.problems);
    found.problems.join("\n")
}

#[test]
fn a_pack_fits() {
    let found = checked(Parts::new().pack());
    assert_eq!(found.problems, Vec::<String>::new(), "everything adds up");
    assert_eq!((found.fits, found.files, found.lines, found.events), (true, 7, 2, 10), "and all of it was looked at");
    assert_eq!(Parts::new().pack(), Parts::new().pack(), "the same evidence gives the same bytes");
}

#[test]
fn sums_that_do_not_add_up_are_found_though_every_hash_fits() {
    let change = |change: &dyn Fn(&mut Parts)| {
        let mut parts = Parts::new();
        change(&mut parts);
        said(&parts)
    };
    let found = change(&|it| it.invoice.lines[1].amount_minor = 343);
    assert!(found.contains("The steps of line 2 add up to 3.42, and it says 3.43."), "{found}");
    let found = change(&|it| it.invoice.lines[1].proof.steps[0].amount = decimal("3.4198"));
    assert!(found.contains("Step 1 of line 2 does not give its amount"), "{found}");
    let found = change(&|it| it.invoice.net_minor = 2_341);
    assert!(found.contains("The sum of the lines comes to 23.42, and the invoice says 23.41."), "{found}");
    let found = change(&|it| it.invoice.total_minor = 2_577);
    assert!(found.contains("The total comes to 25.76"), "{found}");
    let found = change(&|it| it.invoice.due_minor = 1_999);
    assert!(found.contains("The amount due comes to 20.00"), "{found}");
    let found = change(&|it| it.invoice.taxes[0].amount_minor = 235);
    assert!(found.contains("The steps of the tax of 10 %"), "{found}");
    let found = change(&|it| it.events.truncate(9));
    assert!(found.contains("The events of line 2 come to 472.08, and it was made from 531.09."), "{found}");
    let found = change(&|it| it.events.push(event(0)));
    assert!(found.contains("stands there twice"), "{found}");
    let found = change(&|it| it.invoice.lines[1].part.as_mut().unwrap().period = PeriodId::from_uuid(uuid(77)));
    assert!(found.contains("Row 2 of the table of events does not belong to line 2."), "{found}");
    let found = change(&|it| it.events[5].usage.quantity += 1);
    assert!(found.contains("Row 7 of the table of events is not as the ledger wrote it"), "{found}");
    let found = change(&|it| it.credits[0].lines[0].amount_minor = 101);
    assert!(found.contains("The sum of the lines of credit note CN-2026-000001"), "{found}");
    let found = change(&|it| it.credits = vec![credit(); 24]);
    assert!(found.contains("The credit notes come to 26.40, and the invoice only to 25.76."), "{found}");
    let found = change(&|it| it.payments = "applied\n20.01\n".to_owned());
    assert!(found.contains("Payments of 20.01 were applied, and 20.00 was due."), "{found}");
}

#[test]
fn a_flipped_bit_of_any_file_is_found() {
    let parts = Parts::new();
    let mut files = parts.files();
    let list = unzipped(&parts.pack());
    files.extend(list.into_iter().filter(|(name, _)| name.starts_with("manifest")));
    let rounds: usize = if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { 400 } else { 12 };
    let mut flips = 0;
    for (index, (name, bytes)) in files.iter().enumerate() {
        for round in 0..rounds {
            let seed = Sha256::digest(format!("{name} {round}"));
            let place = usize::from(u16::from_be_bytes([seed[0], seed[1]])) % bytes.len();
            let mut changed = files.clone();
            changed[index].1[place] ^= 1 << (seed[2] % 8);
            let found = checked(super::archive::write(&changed).unwrap());
            assert!(!found.fits, "bit {} of byte {place} of {name}", seed[2] % 8);
            flips += 1;
        }
    }
    println!("promise 18: {flips} flipped bits in {} files of a pack, all found", files.len());
}

#[test]
fn a_flipped_bit_of_the_container_is_found_or_changes_no_file() {
    let pack = Parts::new().pack();
    let files = unzipped(&pack);
    let rounds: u32 = if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { 20_000 } else { 400 };
    for round in 0..rounds {
        let seed = Sha256::digest(round.to_be_bytes());
        let place = u32::from_be_bytes([seed[0], seed[1], seed[2], seed[3]]) as usize % pack.len();
        let mut changed = pack.clone();
        changed[place] ^= 1 << (seed[4] % 8);
        if checked(changed.clone()).fits {
            assert_eq!(unzipped(&changed), files, "byte {place}: what fits is what was packed");
        }
    }
}

#[test]
fn files_that_are_missing_or_too_many_are_found() {
    let parts = Parts::new();
    let whole = unzipped(&parts.pack());
    for (name, _) in &whole {
        let less: Vec<_> = whole.iter().filter(|(other, _)| other != name).cloned().collect();
        let found = checked(super::archive::write(&less).unwrap());
        assert!(found.problems.iter().any(|it| it.contains(&format!("{name} is missing"))), "{:?}", found.problems);
    }
    let mut more = whole;
    more.push(("extra.txt".to_owned(), b"x".to_vec()));
    let found = checked(super::archive::write(&more).unwrap());
    assert_eq!(found.problems, ["extra.txt is not in the list of files."], "nothing rides along");
    let found = checked(b"no zip at all".to_vec());
    assert!(!found.fits && found.problems[0].contains("not a zip file"), "{:?}", found.problems);
}

fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

/// A period in which the plan changed on 11 January at noon: both versions have use on that day.
#[test]
fn use_of_the_day_of_a_change_goes_to_its_own_plan() {
    use crate::export::taker;
    let (old, new) = (PlanVersionId::from_uuid(uuid(5)), PlanVersionId::from_uuid(uuid(6)));
    let line = |no, version, from: &str, to: &str| Line {
        no,
        plan_version: Some(version),
        part: Some(PartOfPeriod { from: from.parse().unwrap(), to: to.parse().unwrap(), ..part() }),
        ..invoice().lines[1].clone()
    };
    let lines = [line(2, old, "2026-01-01", "2026-01-11"), line(3, new, "2026-01-11", "2026-02-01")];
    let lines: Vec<&Line> = lines.iter().collect();
    let takes =
        |by_day, day: &str, version| taker(&lines, by_day, day.parse().unwrap(), Some(version)).map(|line| line.no);
    assert_eq!(takes(false, "2026-01-11", old), Some(2), "before noon");
    assert_eq!(takes(false, "2026-01-11", new), Some(3), "after noon");
    assert_eq!(takes(true, "2026-01-11", old), Some(3), "a meter that counts by day gives the day to the new plan");
    assert_eq!(takes(false, "2026-01-12", old), Some(3), "the last one takes what is of no other");
    assert_eq!(taker(&[], false, "2026-01-12".parse().unwrap(), None), None, "no line takes nothing");
}
