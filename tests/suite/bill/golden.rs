//! The same ledger gives the same invoices to the byte: on both databases, in whatever order rows were written, under
//! another time zone and language of the machine, and since these files were written.

use super::books::{Books, assert_sound};
use super::{everything, host, run};
use std::path::PathBuf;
use std::process::Command;
use support::firm::{self, Order};
use support::{Kind, Ledger};

/// Tenants of the firm: more than two hundred invoices.
pub const TENANTS: u64 = 64;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices").join(name)
}

/// A line for each invoice: number, hash, total.
fn hashes(books: &Books) -> String {
    let line = |(number, invoice): (&String, &store::invoices::InvoiceRecord)| {
        let hash: String = invoice.issued.as_ref().unwrap().hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{number} {hash} {} {}\n", invoice.total(), invoice.currency)
    };
    books.issued.iter().map(line).collect()
}

/// Some documents whole: one of each kind of line.
fn documents(books: &Books) -> String {
    let chosen = books.issued.values().filter(|invoice| invoice.issued.as_ref().unwrap().seq.unwrap() % 29 == 1);
    chosen.map(|invoice| invoice.content.clone() + "\n").collect()
}

async fn billed(kind: Kind, order: Order) -> Books {
    let ledger = Ledger::new(kind).await.unwrap();
    let world = firm::make(&ledger.store, TENANTS, order).await.unwrap();
    let report = run(&ledger.store, &host(&world, 1), &everything()).await.unwrap();
    assert_eq!((report.failed, report.held), (0, 0), "{:?}", report.rows);
    assert_sound(&ledger.store).await
}

fn compare(name: &str, text: &str) {
    let file = fixture(name);
    if std::env::var_os("COUNTINGHOUSE_WRITE_GOLDEN").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = golden.lines().zip(text.lines()).find(|(golden, now)| golden != now);
    assert_eq!(differs, None, "{name}: the same ledger gives the same bytes");
    assert_eq!(golden.lines().count(), text.lines().count(), "{name} has as many");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_both_databases_in_any_order() {
    let books = billed(Kind::SqliteMemory, Order::Forward).await;
    assert!(books.issued.len() >= 200, "{} invoices", books.issued.len());
    compare("hashes.txt", &hashes(&books));
    compare("documents.jsonl", &documents(&books));
    for (kind, order) in
        [(Kind::Postgres, Order::Forward), (Kind::Postgres, Order::Backward), (Kind::SqliteFile, Order::Backward)]
    {
        assert_eq!(hashes(&billed(kind, order).await), hashes(&books), "{kind:?}, {order:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_under_another_zone_and_language() {
    for (zone, language) in [("Pacific/Kiritimati", "tr_TR.UTF-8"), ("America/Los_Angeles", "de_DE.UTF-8")] {
        let mut worker = Command::new(env!("CARGO_BIN_EXE_bill-worker"));
        let output =
            worker.arg("hashes").env("TZ", zone).env("LANG", language).env("LC_ALL", language).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let golden = std::fs::read_to_string(fixture("hashes.txt")).unwrap_or_default();
        let all: String =
            golden.lines().map(|line| format!("{}\n", line.split(' ').take(2).collect::<Vec<_>>().join(" "))).collect();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), all, "{zone}, {language}");
    }
}
