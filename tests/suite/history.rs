//! Invoices that another system issued: exact totals, no document twice, none by halves.

use calamine::{Data, DataType, Reader, Xlsx};
use operations::export::export_invoices;
use operations::host::FixedHost;
use operations::import::invoices::run;
use operations::wire::{
    ExportFormat, ExportKind, ExportRequest, InvoiceFilter, InvoiceImportReport, InvoiceImportRequest, Progress,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;
use support::Ledger;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

on_every_engine! {
    december_2010_comes_to_its_total,
    lists_and_workbooks_come_to_the_same_total,
    without_walk_ins_the_rest_comes_to_its_total,
    nothing_is_taken_twice,
    a_grown_file_adds_its_new_documents,
    the_same_number_with_other_content_is_a_conflict,
    a_bad_row_keeps_its_whole_document_out_until_it_is_corrected,
    a_look_says_what_the_run_does,
    all_or_nothing_takes_nothing,
    a_stopped_import_goes_on,
    files_of_every_shape_are_read,
    what_is_stored_is_hashed_and_adds_up,
    stripe_files_are_read_alone_and_joined,
    two_imports_at_once_take_each_document_once,
    stripe_keeps_digits_that_a_currency_has_lost,
}

/// The UCI file of December 2010, where it stands beside the project; it may not ship with it.
fn uci() -> Option<PathBuf> {
    let folder = std::env::var_os("COUNTINGHOUSE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let file = folder.join("uci-online-retail/online_retail_2010-12.csv");
    if file.is_file() {
        return Some(file);
    }
    eprintln!("{} is absent: the test runs on a small made-up file of the same shape instead", file.display());
    None
}

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// A file of the same shape: documents that are apart in the file, a credit note, blanks, zero and negative ones.
fn made_up() -> String {
    let mut text = HEADER.to_owned();
    for number in 536_365..536_465 {
        let customer = if number % 3 == 0 { String::new() } else { format!("{}.0", 17_000 + number % 7) };
        let row = |line: i64, minute: i64| {
            let quantity = (number + line) % 12 + 1;
            format!(
                "{number},8512{line}A,\"WHITE, HANGING \"\"HEART\"\"\",{quantity},2010-12-01 08:{minute:02}:00,2.55,{customer},United Kingdom\n"
            )
        };
        text.push_str(&row(1, 26));
        if number % 2 == 0 {
            text.push_str(&row(2, 20));
        }
    }
    for number in 536_365..536_400 {
        text.push_str(&format!("{number},POST,POSTAGE,1,2010-12-01 08:30:00,18.00,,United Kingdom\n"));
    }
    text.push_str("C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,14527.0,United Kingdom\n");
    text.push_str("536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n");
    text.push_str("A536999,B,Adjust bad debt,1,2010-12-02 11:52:00,-11.06,,United Kingdom\n");
    text
}

/// The file of a test with what its rows come to, found in another way than the import finds it: with walk-ins, without,
/// and of credit notes alone.
struct Sales {
    file: PathBuf,
    all: Decimal,
    named: Decimal,
    credits: Decimal,
    documents: u64,
    credit_notes: u64,
    _folder: TempDir,
}

fn sales() -> Sales {
    let folder = TempDir::new().unwrap();
    let text = uci().map_or_else(made_up, |file| std::fs::read_to_string(file).unwrap());
    let file = written(&folder, "sales.csv", &text);
    let mut sales = Sales {
        file,
        all: Decimal::ZERO,
        named: Decimal::ZERO,
        credits: Decimal::ZERO,
        documents: 0,
        credit_notes: 0,
        _folder: folder,
    };
    let mut documents: BTreeMap<String, bool> = BTreeMap::new();
    for row in rows_of(&text).into_iter().skip(1) {
        let amount = row[3].parse::<Decimal>().unwrap() * row[5].parse::<Decimal>().unwrap();
        sales.all += amount;
        sales.named += if row[6].is_empty() { Decimal::ZERO } else { amount };
        sales.credits += if row[0].starts_with('C') { amount } else { Decimal::ZERO };
        documents.insert(row[0].clone(), row[0].starts_with('C'));
    }
    sales.documents = documents.len() as u64;
    sales.credit_notes = documents.values().filter(|is_credit| **is_credit).count() as u64;
    sales
}

fn rows_of(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field).trim_end_matches('\r').to_owned());
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    rows
}

fn written(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn request(file: &Path, map: &str) -> InvoiceImportRequest {
    let (file, map) = (file.display().to_string(), map.to_owned());
    InvoiceImportRequest { file, map, ..InvoiceImportRequest::default() }
}

async fn import(store: &Store, request: &InvoiceImportRequest) -> InvoiceImportReport {
    import_until(store, request, u64::MAX).await
}

/// Stops once so many documents were taken.
async fn import_until(store: &Store, request: &InvoiceImportRequest, documents: u64) -> InvoiceImportReport {
    static SERIES: AtomicU64 = AtomicU64::new(1);
    let stop = CancellationToken::new();
    let host = FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), SERIES.fetch_add(1, Ordering::Relaxed));
    let told = |progress: Progress| {
        if progress.phase == "taking documents" && progress.done >= documents {
            stop.cancel();
        }
    };
    run(store, &host, request, &told, &stop).await.unwrap()
}

fn amount(totals: &[operations::wire::CurrencyAmount]) -> Decimal {
    assert_eq!(totals.len(), 1, "one currency: {totals:?}");
    totals[0].amount.parse().unwrap()
}

/// What is stored: invoices, credit notes, and their totals in minor units.
async fn stored(ledger: &Ledger) -> (u64, i64, u64, i64) {
    let found = ledger.store.read(|read| {
        Box::pin(async move {
            let filter = store::invoices::InvoiceFilter::all("2026-02-01".parse().unwrap());
            let sums = store::invoices::list::sums(read, &filter).await?;
            let notes = store::credit_notes::page(read, &Default::default(), None, 10_000).await?;
            Ok::<_, store::StoreError>((sums, notes))
        })
    });
    let (sums, notes) = found.await.unwrap();
    let (invoices, invoiced) = sums.first().map_or((0, 0), |sum| (sum.count, sum.total_minor));
    (invoices, invoiced, notes.len() as u64, notes.iter().map(|listed| listed.note.total_minor).sum())
}

async fn december_2010_comes_to_its_total(ledger: Ledger) {
    let sales = sales();
    let report = import(&ledger.store, &request(&sales.file, "uci-online-retail")).await;
    assert_eq!((report.documents, report.credit_notes), (sales.documents, sales.credit_notes), "{:?}", report.problems);
    assert_eq!(report.refused + report.conflicts, 0, "every row is taken: {:?}", report.problems);
    assert_eq!(report.totals[0].currency, "GBP", "the shop sells in pounds");
    assert_eq!(amount(&report.totals), sales.all, "the sum of quantity x price over all rows");
    if uci().is_some() {
        assert_eq!(report.totals[0].amount, "748957.02", "the total of the file");
    }
    assert_eq!(amount(&report.credit_totals), -sales.credits, "credit notes are apart, and above zero");
    assert_eq!(amount(&report.invoice_totals), sales.all - sales.credits, "all others are invoices");
    assert_eq!(amount(&report.rounded_off), Decimal::ZERO, "prices in pence leave nothing to round");
    let (invoices, invoiced, notes, credited) = stored(&ledger).await;
    assert_eq!(invoices + notes, sales.documents, "all are stored");
    let minor = Decimal::from(100);
    assert_eq!(Decimal::from(invoiced - credited), sales.all * minor, "and come to the same");
}

/// The sum of a column of a workbook, as a program reads its numbers back, and how many rows it has.
async fn column_of_workbook(ledger: &Ledger, kind: ExportKind, filter: InvoiceFilter, column: &str) -> (u64, Decimal) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("export.xlsx");
    let wanted = ExportRequest { kind, format: ExportFormat::Xlsx, filter };
    let host = FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), 7_000);
    export_invoices(&ledger.store, &documents::Files, &host, &wanted, &path).await.unwrap();
    let mut workbook: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    let at = range.rows().next().unwrap().iter().position(|name| name.as_string().as_deref() == Some(column)).unwrap();
    let number = |row: &[Data]| match &row[at] {
        Data::Float(number) => format!("{number:.2}").parse::<Decimal>().unwrap(),
        other => panic!("{other:?} in {column} is no number"),
    };
    let amounts: Vec<Decimal> = range.rows().skip(1).map(number).collect();
    (amounts.len() as u64, amounts.iter().sum())
}

async fn lists_and_workbooks_come_to_the_same_total(ledger: Ledger) {
    let sales = sales();
    import(&ledger.store, &request(&sales.file, "uci-online-retail")).await;
    let (now, invoices) = (support::at("2026-02-01T00:00:00Z"), sales.documents - sales.credit_notes);
    let filter = InvoiceFilter { from: Some("2010-12-01".into()), to: Some("2011-01-01".into()), ..Default::default() };
    let (mut listed, mut total, mut after) = (0, Decimal::ZERO, None);
    loop {
        let page = operations::bill::invoices(&ledger.store, &filter, after.as_deref(), now).await.unwrap();
        listed += page.rows.len() as u64;
        total += page.rows.iter().map(|row| row.total.parse::<Decimal>().unwrap()).sum::<Decimal>();
        assert_eq!(page.totals.len(), 1, "one currency: {:?}", page.totals);
        assert_eq!(page.totals[0].total.parse(), Ok(sales.all - sales.credits), "the list's foot says the total");
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((listed, total), (invoices, sales.all - sales.credits), "the list's rows add up to it");
    let (mut credited, mut after) = (Decimal::ZERO, None);
    loop {
        let notes =
            operations::bill::credit_notes(&ledger.store, now, &Default::default(), after.as_deref()).await.unwrap();
        credited += notes.rows.iter().map(|row| row.total.parse::<Decimal>().unwrap()).sum::<Decimal>();
        after = notes.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(total - credited, sales.all, "less the credit notes");
    let exported = column_of_workbook(&ledger, ExportKind::Invoices, filter.clone(), "total").await;
    assert_eq!(exported, (invoices, sales.all - sales.credits), "a workbook of the invoices");
    let notes = column_of_workbook(&ledger, ExportKind::CreditNotes, filter.clone(), "total").await;
    assert_eq!(notes, (sales.credit_notes, -sales.credits), "a workbook of the credit notes, above zero");
    let (rows, lines) = column_of_workbook(&ledger, ExportKind::Lines, filter, "amount").await;
    assert_eq!(lines, sales.all - sales.credits, "a workbook of the {rows} lines");
}

async fn without_walk_ins_the_rest_comes_to_its_total(ledger: Ledger) {
    let sales = sales();
    let wanted = InvoiceImportRequest { refuse_blank_tenants: true, ..request(&sales.file, "uci-online-retail") };
    let report = import(&ledger.store, &wanted).await;
    if uci().is_some() {
        assert_eq!(report.totals[0].amount, "554604.02", "the total of the file without blank customers");
        assert_eq!(report.refused, 15_631, "rows without customer");
        assert_eq!(amount(&report.totals), sales.named, "the sum of rows with a customer");
    }
    let problems: Vec<_> = report.problems.iter().map(|it| (it.code.as_str(), it.outcome.as_str())).collect();
    assert_eq!(problems, [("missing_tenant", "refused")], "with a reason");
    // They can be taken later, from the rows that were put aside.
    let rest = PathBuf::from(report.refused_file.unwrap());
    let later = import(&ledger.store, &request(&rest, "uci-online-retail")).await;
    assert_eq!(amount(&report.totals) + amount(&later.totals), sales.all, "nothing is lost");
    assert_eq!(later.refused, 0, "the put-aside file goes through the same mapping: {:?}", later.problems);
}

async fn nothing_is_taken_twice(ledger: Ledger) {
    let (sales, folder) = (sales(), TempDir::new().unwrap());
    import(&ledger.store, &request(&sales.file, "uci-online-retail")).await;
    let before = stored(&ledger).await;
    let mut rows: Vec<String> = std::fs::read_to_string(&sales.file).unwrap().lines().map(str::to_owned).collect();
    let renamed = written(&folder, "renamed.csv", std::fs::read(&sales.file).unwrap());
    // Where a text has line ends in it, rows cannot be turned around by lines.
    rows[1..].reverse();
    let turned = written(&folder, "turned.csv", rows.join("\r\n"));
    for file in [&sales.file, &renamed, &turned] {
        let again = import(&ledger.store, &request(file, "uci-online-retail")).await;
        let counts = (again.documents, again.duplicates, again.conflicts, again.refused);
        assert_eq!(counts, (0, sales.documents, 0, 0), "{}: {:?}", file.display(), again.problems);
        assert!(again.totals.is_empty(), "nothing was taken");
    }
    assert_eq!(stored(&ledger).await, before, "nothing changed");
}

async fn a_grown_file_adds_its_new_documents(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let text = made_up();
    let file = written(&folder, "sales.csv", &text);
    let first = import(&ledger.store, &request(&file, "uci-online-retail")).await;
    let new = "537000,1,NEW,2,2010-12-03 10:00:00,1.50,17001.0,United Kingdom\n";
    let grown = written(&folder, "grown.csv", format!("{text}{new}"));
    let report = import(&ledger.store, &request(&grown, "uci-online-retail")).await;
    assert_eq!((report.documents, report.duplicates), (1, first.documents), "the new one alone");
    assert_eq!(amount(&report.totals), Decimal::from(3), "2 x 1.50");
}

async fn the_same_number_with_other_content_is_a_conflict(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let row = |price: &str, customer: &str| format!("{HEADER}1,A,THING,2,2010-12-01 08:00:00,{price},{customer},UK\n");
    let file = written(&folder, "sales.csv", row("1.50", "7.0"));
    import(&ledger.store, &request(&file, "uci-online-retail")).await;
    for (name, text) in [("price", row("1.60", "7.0")), ("customer", row("1.50", "8.0"))] {
        let other = written(&folder, &format!("{name}.csv"), text);
        let look =
            import(&ledger.store, &InvoiceImportRequest { dry_run: true, ..request(&other, "uci-online-retail") })
                .await;
        for report in [look, import(&ledger.store, &request(&other, "uci-online-retail")).await] {
            assert_eq!((report.documents, report.conflicts), (0, 1), "another {name} is refused");
            assert_eq!(report.problems[0].code, "conflict", "and told");
            assert_eq!(report.tenants_created, 0, "no tenant is made for it");
        }
    }
    assert_eq!(stored(&ledger).await, (1, 300, 0, 0), "what was there stays");
}

async fn a_bad_row_keeps_its_whole_document_out_until_it_is_corrected(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let mut text =
        format!("{HEADER}1,A,GOOD,2,2010-12-01 08:00:00,1.50,7.0,UK\n2,A,FINE,1,2010-12-01 08:00:00,1,7.0,UK\n")
            .into_bytes();
    text.extend_from_slice(b"1,B,BAD \xff,1,2010-12-01 08:00:00,2.00,7.0,UK\n");
    text.extend_from_slice(
        b"3,C,BAD,some,2010-12-01 08:00:00,2.00,7.0,UK\n3,C,GOOD,1,2010-12-01 08:00:00,2.00,7.0,UK\n",
    );
    text.extend_from_slice(
        b",C,WHOSE,1,2010-12-01 08:00:00,2.00,7.0,UK\n4,RAGGED\n4,C,GOOD,1,2010-12-01 08:00:00,4.00,7.0,UK\n",
    );
    let file = written(&folder, "sales.csv", text);
    let report = import(&ledger.store, &request(&file, "uci-online-retail")).await;
    assert_eq!((report.documents, report.refused), (1, 7), "document 2 alone is whole: {:?}", report.problems);
    let codes: Vec<_> = report.problems.iter().map(|it| (it.code.as_str(), it.rows, it.line)).collect();
    let expected = [
        ("bad_quantity", 1, 5),
        ("field_count", 1, 8),
        ("incomplete_document", 3, 2),
        ("missing_number", 1, 7),
        ("not_utf8", 1, 4),
    ];
    assert_eq!(codes, expected, "each row says why");
    let aside = PathBuf::from(report.refused_file.unwrap());
    let corrected = String::from_utf8_lossy(&std::fs::read(&aside).unwrap())
        .replace('\u{fffd}', "?")
        .replace(",some,", ",3,")
        .replace(",C,WHOSE", "5,C,WHOSE")
        .replace("4,RAGGED", "4,C,WHOLE,1,2010-12-01 08:00:00,1.00,7.0,UK");
    std::fs::write(&aside, corrected).unwrap();
    let report = import(&ledger.store, &request(&aside, "uci-online-retail")).await;
    assert_eq!((report.documents, report.refused), (4, 0), "corrected, all are taken: {:?}", report.problems);
    assert_eq!(amount(&report.totals), Decimal::from(20), "3 + 2, 6 + 2, 2, 1 + 4");
}

async fn a_look_says_what_the_run_does(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let file = written(&folder, "sales.csv", made_up() + "9,X,BAD,x,2010-12-01 08:00:00,1,7.0,UK\n");
    let wanted = request(&file, "uci-online-retail");
    let look = import(&ledger.store, &InvoiceImportRequest { dry_run: true, ..wanted.clone() }).await;
    assert_eq!(stored(&ledger).await, (0, 0, 0, 0), "a look writes nothing");
    let run = import(&ledger.store, &wanted).await;
    let blank = |report| InvoiceImportReport { import_id: None, dry_run: false, refused_file: None, ..report };
    assert_eq!(blank(look), blank(run), "the same code path gives the same report");
}

async fn all_or_nothing_takes_nothing(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let bad = written(&folder, "bad.csv", made_up() + "9,X,BAD,x,2010-12-01 08:00:00,1,7.0,UK\n");
    let wanted = InvoiceImportRequest { all_or_nothing: true, ..request(&bad, "uci-online-retail") };
    let report = import(&ledger.store, &wanted).await;
    assert_eq!((report.documents, report.refused, report.import_id), (0, 1, None), "nothing was taken");
    assert_eq!(stored(&ledger).await, (0, 0, 0, 0), "all was rolled back");
    let good = written(&folder, "good.csv", made_up());
    let report = import(&ledger.store, &InvoiceImportRequest { file: good.display().to_string(), ..wanted }).await;
    assert_eq!(report.documents, 102, "a whole file is taken");
}

async fn a_stopped_import_goes_on(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let mut text = HEADER.to_owned();
    for number in 0..1_600 {
        text.push_str(&format!("{number},A,THING,1,2010-12-01 08:00:00,1.50,{}.0,UK\n", number % 5));
    }
    let file = written(&folder, "sales.csv", text);
    let first = import_until(&ledger.store, &request(&file, "uci-online-retail"), 1).await;
    assert!(first.stopped && first.documents > 0 && first.documents < 1_600, "it stopped on the way: {first:?}");
    let rest = import(&ledger.store, &request(&file, "uci-online-retail")).await;
    assert_eq!((first.documents + rest.documents, rest.duplicates), (1_600, first.documents), "and goes on from there");
}

async fn files_of_every_shape_are_read(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    // A byte order mark, CRLF, blank lines, another order of columns, quoted line ends, the dates of the original file.
    let other = "\u{feff}Country,Customer ID,Price,InvoiceDate,Quantity,Description,StockCode,Invoice\r\n\r\n\
                 UK,7.0,1.50,12/1/2010 8:26,2,\"TWO\r\nLINES\",A,1\r\n\r\nUK,7.0,2,12/13/2010 23:59,1,,B,1";
    let report = import(&ledger.store, &request(&written(&folder, "other.csv", other), "uci-online-retail")).await;
    assert_eq!((report.documents, report.refused), (1, 0), "{:?}", report.problems);
    assert_eq!(amount(&report.totals), Decimal::from(5), "3 + 2");
    let map = r#"
        name = "ours"
        format = "jsonl"
        number = "/invoice/no"
        prefix = "OLD-"
        tenant.from = "customer"
        line = { text = "what", amount = "cents" }
        money = { currency = "currency", units = "minor" }
        time.from = "at"
        credit_note = { from = "type", words = ["credit"], credited = "positive" }
        create.tenants = true
    "#;
    let map = written(&folder, "ours.toml", map).display().to_string();
    let row = |no: &str, kind: &str, currency: &str, cents: &str| {
        format!(
            "{{\"invoice\":{{\"no\":\"{no}\"}},\"type\":\"{kind}\",\"customer\":\"a\",\"what\":\"x\",\"cents\":{cents},\"currency\":\"{currency}\",\"at\":\"2026-01-01T00:00:00Z\"}}\n"
        )
    };
    let text = [
        row("1", "invoice", "usd", "1050"),
        row("2", "CREDIT", "usd", "50"),
        row("3", "invoice", "JPY", "1050"),
        row("4", "invoice", "KWD", "1050.5"),
        "{broken\n".to_owned(),
    ];
    let report = import(&ledger.store, &request(&written(&folder, "ours.jsonl", text.concat()), &map)).await;
    let totals: Vec<_> = report.totals.iter().map(|it| (it.currency.as_str(), it.amount.as_str())).collect();
    assert_eq!(totals, [("JPY", "1050"), ("KWD", "1.0505"), ("USD", "11.00")], "minor units of each currency, exact");
    let rounded: Vec<_> = report.rounded_off.iter().map(|it| it.amount.as_str()).collect();
    assert_eq!(rounded, ["0", "-0.0005", "0.00"], "half a fils is rounded away from zero, and told");
    assert_eq!((report.credit_notes, report.refused), (1, 1), "{:?}", report.problems);
}

async fn what_is_stored_is_hashed_and_adds_up(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let text = format!(
        "{HEADER}1,A,=1+1,2,2010-12-01 08:00:00,1.50,7.0,UK\n1,B,T,1,2010-12-01 07:00:00,1,7.0,UK\nC1,D,Back,-1,2010-12-01 08:00:00,27.50,7.0,UK\n"
    );
    import(&ledger.store, &request(&written(&folder, "sales.csv", text), "uci-online-retail")).await;
    let found = ledger.store.read(|read| {
        Box::pin(async move {
            let invoice = store::invoices::one::by_number(read, "1").await?.remove(0);
            let lines = store::invoices::lines::of_invoice(read, invoice.tenant, invoice.id).await?;
            let note = store::credit_notes::by_number(read, "C1").await?.remove(0);
            Ok::<_, store::StoreError>((invoice, lines, note))
        })
    });
    let (invoice, lines, note) = found.await.unwrap();
    let issued = invoice.issued.clone().unwrap();
    let content = invoice.document().unwrap();
    assert_eq!(content.canonical(), invoice.content, "what is kept is canonical");
    assert_eq!((content.hash(), note.document().unwrap().hash()), (issued.hash, note.hash), "and hashed");
    assert_eq!(
        (issued.series.as_str(), issued.seq, issued.year),
        ("uci-online-retail", None, None),
        "no number of ours"
    );
    assert_eq!(issued.at.to_string(), "2010-12-01T07:00:00Z", "the earliest of its rows");
    for line in &lines {
        let proved = line.proof.total().unwrap();
        assert_eq!(proved, Decimal::new(line.amount_minor, 2), "each line's proof adds up: {line:?}");
    }
    assert_eq!((lines.len(), content.net_minor, content.lines[0].quantity), (2, 400, Some(Decimal::TWO)), "3 + 1");
    assert_eq!((note.total_minor, note.invoice), (2_750, None), "what is given back, unlinked");
}

async fn stripe_keeps_digits_that_a_currency_has_lost(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let mut text = "id,currency,customer_id,period_end,period_start,amount_due,amount_paid,tax,total,number,status,_fivetran_synced\n".to_owned();
    for (number, currency) in (1..).zip(["isk", "ugx", "mga", "jpy", "kwd", "huf"]) {
        text += &format!(
            "in_{number},{currency},cus_1,2021-02-19 14:16:37,2021-02-18 14:16:37,123400,0,,123400,N-{number},open,2021-02-18 14:16:37\n"
        );
    }
    let file = written(&folder, "invoice_data.csv", &text);
    let report = import(&ledger.store, &request(&file, "stripe-invoices")).await;
    let totals: Vec<_> = report.totals.iter().map(|it| (it.currency.as_str(), it.amount.as_str())).collect();
    assert_eq!(
        totals,
        [
            ("HUF", "1234.00"),
            ("ISK", "1234"),
            ("JPY", "123400"),
            ("KWD", "123.400"),
            ("MGA", "123400.00"),
            ("UGX", "1234")
        ],
        "as Stripe writes them"
    );
}

async fn stripe_files_are_read_alone_and_joined(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let invoices = "id,amount,currency,customer_id,due_date,description,invoice_id,is_deleted,period_end,period_start,amount_due,amount_paid,tax,total,number,status,_fivetran_synced\n\
        in_1,45,usd,cus_1,2021-03-01,,x,FALSE,2021-02-19 14:16:37,2021-02-18 14:16:37,1200,200,200,1200,N-1,open,2021-02-18 14:16:37\n\
        in_2,45,EUR,cus_2,,,x,False,2021-02-19 14:16:37.000,2021-02-18 14:16:37,0,0,,500,,paid,2021-02-18 14:16:37\n\
        in_3,45,usd,cus_2,,,x,TRUE,2021-02-19 14:16:37,2021-02-18 14:16:37,0,0,,500,N-3,paid,2021-02-18 14:16:37\n\
        in_4,45,usd,cus_2,,,x,,2021-02-19 14:16:37,2021-02-18 14:16:37,0,0,,500,N-4,Draft,2021-02-18 14:16:37";
    let lines = "id,invoice_id,amount,currency,description,quantity,unit_amount_excluding_tax,period_end,_fivetran_synced\n\
        il_1,in_1,900,usd,Seats,9,100,2021-02-19 14:16:37,2021-02-18 14:16:37\n\
        il_2,in_1,100,usd,Setup,1,100,2021-02-19 14:16:37,2021-02-18 14:16:37\n\
        il_3,in_9,100,usd,Whose,1,100,2021-02-19 14:16:37,2021-02-18 14:16:37\n";
    let invoices = written(&folder, "invoice_data.csv", invoices);
    let lines = written(&folder, "invoice_line_item_data.csv", lines);
    let joined =
        InvoiceImportRequest { documents: Some(invoices.display().to_string()), ..request(&lines, "stripe-invoices") };
    let report = import(&ledger.store, &joined).await;
    assert_eq!(
        (report.documents, report.skipped),
        (2, 2),
        "drafts and deleted ones are no invoices: {:?}",
        report.problems
    );
    let totals: Vec<_> = report.totals.iter().map(|it| (it.currency.as_str(), it.amount.as_str())).collect();
    assert_eq!(totals, [("EUR", "5.00"), ("USD", "10.00")], "lines, and the one whose lines are not there");
    assert_eq!(report.invoice_totals[1].amount, "12.00", "with tax");
    assert_eq!(
        (report.problems[0].code.as_str(), report.refused),
        ("unknown_document", 1),
        "a line of nobody's invoice"
    );
    assert!(report.differences.is_empty(), "the lines and the tax come to the stated totals");
    let again = import(&ledger.store, &request(&invoices, "stripe-invoices")).await;
    assert_eq!((again.duplicates, again.conflicts), (1, 1), "alone it is the same but for what the lines said");
    let wrong =
        InvoiceImportRequest { documents: Some(lines.display().to_string()), ..request(&invoices, "stripe-invoices") };
    let host = FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), 4_000);
    let refused = run(&ledger.store, &host, &wrong, &|_| {}, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(refused.code(), "no_documents", "invoices are joined with nothing");

    let notes = "id,amount,created,currency,subtotal,total,memo,number,reason,status,invoice_id,_fivetran_synced\n\
        cn_1,50,2021-06-30 10:04:03.000,usd,50,50,,CN-01,duplicate,issued,in_1,2021-06-30 12:28:54\n";
    let parts = "credit_note_id,id,amount,description,quantity,unit_amount,unit_amount_decimal,_fivetran_synced\ncn_1,l,50,Back,10,5,494,2021-04-12 17:18:50";
    let notes = written(&folder, "credit_note_data.csv", notes);
    let parts = written(&folder, "credit_note_line_item_data.csv", parts);
    let joined =
        InvoiceImportRequest { documents: Some(notes.display().to_string()), ..request(&parts, "stripe-invoices") };
    let report = import(&ledger.store, &joined).await;
    assert_eq!((report.credit_notes, report.refused), (1, 0), "{:?}", report.problems);
    assert_eq!(
        (report.totals[0].amount.as_str(), report.credit_totals[0].amount.as_str()),
        ("0.50", "0.50"),
        "50 cents"
    );
}

async fn two_imports_at_once_take_each_document_once(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let file = written(&folder, "sales.csv", made_up());
    let wanted = request(&file, "uci-online-retail");
    let (one, other) = tokio::join!(import(&ledger.store, &wanted), import(&ledger.store, &wanted));
    assert_eq!(one.documents + other.documents, 102, "each document once");
    assert_eq!(one.duplicates + other.duplicates, 102, "and once as a duplicate");
    assert_eq!(one.conflicts + other.conflicts + one.refused + other.refused, 0, "nothing is in the way");
}

/// Killed with -9 in the middle, again and again, the import ends where one that nobody disturbed ends.
async fn killed_and_started_again(kind: support::Kind) {
    let ledger = Ledger::new(kind).await.unwrap();
    let folder = TempDir::new().unwrap();
    let (mut text, documents) = (HEADER.to_owned(), 6_000_u64);
    for number in 0..documents {
        text.push_str(&format!("{number},A,THING,1,2010-12-01 08:00:00,1.50,{}.0,UK\n", number % 50));
    }
    // A second row of each, far from the first: half a document would be seen.
    for number in 0..documents {
        text.push_str(&format!("{number},B,OTHER,2,2010-12-01 08:00:00,0.25,{}.0,UK\n", number % 50));
    }
    let file = written(&folder, "sales.csv", text);
    let (engine, place) = match ledger.database() {
        Some(database) => ("postgres", database.to_owned()),
        None => ("sqlite", ledger.file().unwrap().display().to_string()),
    };
    let (mut at_work, mut before) = (0, 0);
    for _ in 0..4 {
        let mut worker = std::process::Command::new(env!("CARGO_BIN_EXE_ingest-worker"));
        worker.args([engine, place.as_str(), "invoices"]).arg(&file).stdout(std::process::Stdio::null());
        let mut worker = worker.spawn().unwrap();
        let ended = loop {
            if worker.try_wait().unwrap().is_some() {
                break true;
            }
            let (taken, ..) = stored(&ledger).await;
            if taken > before {
                before = taken;
                break false;
            }
        };
        worker.kill().unwrap();
        worker.wait().unwrap();
        at_work += u32::from(!ended);
    }
    assert!(at_work >= 3, "most were killed while they took documents");
    let last = import(&ledger.store, &request(&file, "uci-online-retail")).await;
    assert_eq!((last.documents + last.duplicates, last.conflicts), (documents, 0), "no document by halves");
    let (invoices, invoiced, ..) = stored(&ledger).await;
    assert_eq!((invoices, invoiced), (documents, 200 * 6_000), "the same as undisturbed");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_started_again_on_sqlite() {
    killed_and_started_again(support::Kind::SqliteFile).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_started_again_on_postgres() {
    killed_and_started_again(support::Kind::Postgres).await;
}
