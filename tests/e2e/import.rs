//! Importing a real file in the window.

use crate::cli::{cli, text};
use crate::window::{Opening, Window};
use anyhow::{Context, Result};
use std::path::Path;

#[tokio::test]
async fn a_file_is_looked_at_and_imported_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/focus-1.0/focus_sample.csv").canonicalize()?;
    let window = Window::open(Opening { database: Some(database.clone()), lang: None }).await?;
    window.find("overview-count-alert").await?;
    window.page.execute("window.location.hash = '#/import'", vec![]).await?;
    window.fill("import-file", &file.display().to_string()).await?;
    window.choose("import-map", "focus-1.0").await?;
    window.click("import-backfill").await?;
    window.click("import-dry-run").await?;
    window.wait("the dry run", "document.querySelector('[data-testid=import-result][data-dry-run=true]')").await?;
    assert_eq!(window.figure("import-accepted").await?, "1000", "the dry run says what a run would take");
    let before = cli(&database, &["verify"])?;
    window.click("import-run").await?;
    window.wait("the result", "document.querySelector('[data-testid=import-result][data-dry-run=false]')").await?;
    assert_eq!(window.figure("import-accepted").await?, "1000", "and the run takes it");
    let after = cli(&database, &["verify"])?;
    let events = |value: &serde_json::Value| value["ledger_events"].as_u64().unwrap_or(0);
    assert_eq!(events(&after) - events(&before), 1000, "each row became one event");
    assert_eq!(after["drift"].as_array().map(Vec::len), Some(0), "caches follow the ledger");
    Ok(())
}

#[tokio::test]
async fn a_stopped_import_keeps_what_it_took_and_goes_on() -> Result<()> {
    const ROWS: u64 = 80_000;
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("books.sqlite").display().to_string();
    cli(&database, &["migrate"])?;
    let file = folder.path().join("usage.csv");
    let mut text = "TIMESTAMP,ContextTokens,GeneratedTokens\n".to_owned();
    for number in 0..ROWS {
        let (minute, second) = (number / 60 % 60, number % 60);
        text.push_str(&format!("2026-01-05 10:{minute:02}:{second:02}.0000000,1,2\n"));
    }
    std::fs::write(&file, text)?;
    let window = Window::open(Opening { database: Some(database.clone()), lang: None }).await?;
    window.find("page-title").await?;
    window.go("/import").await?;
    window.fill("import-file", &file.display().to_string()).await?;
    window.choose("import-map", "azure-llm-2023").await?;
    window.click("import-backfill").await?;
    window.fill("import-tenant", "Acme").await?;
    window.click("import-run").await?;
    let taking =
        "document.querySelector('[data-testid=import-progress-line]')?.textContent.toLowerCase().includes('taking')";
    window.wait("rows are taken", taking).await?;
    window.picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/e2e-import-running.png"))?;
    window.click("import-cancel").await?;
    window.wait("the result", "document.querySelector('[data-testid=import-result][data-dry-run=false]')").await?;
    let first: u64 = window.figure("import-accepted").await?.parse()?;
    assert!(first > 0 && first < 2 * ROWS, "it was stopped in the middle: {first}");
    window.picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/e2e-import-stopped.png"))?;
    assert_eq!(cli(&database, &["verify"])?["ledger_events"], first, "what was taken stays");
    window.click("import-run").await?;
    let whole = format!(
        "Number(document.querySelector('[data-testid=import-accepted]')?.dataset.figure) === {}",
        2 * ROWS - first
    );
    window.wait("the rest", &whole).await?;
    let after = cli(&database, &["verify"])?;
    assert_eq!(after["ledger_events"], 2 * ROWS, "each row became two events, none twice");
    assert_eq!(after["drift"].as_array().map(Vec::len), Some(0), "caches follow the ledger");
    Ok(())
}

/// Two invoices and a credit note as the shop wrote them; one row has no number for a quantity.
const SHOP: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom\n\
536365,71053,WHITE METAL LANTERN,6,12/1/2010 8:26,3.39,17850,United Kingdom\n\
536370,22728,\"=HYPERLINK(\"\"http://x\"\")\",24,12/1/2010 8:45,3.75,,France\n\
C536379,D,Discount,-1,12/1/2010 9:41,27.50,14527,United Kingdom\n\
536380,22961,JAM MAKING SET PRINTED,six,12/1/2010 9:41,1.45,17809,United Kingdom\n";

#[tokio::test]
async fn invoices_of_another_system_are_imported_and_listed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let file = folder.path().join("shop.csv");
    std::fs::write(&file, SHOP)?;
    let window = Window::open(Opening { database: Some(database.clone()), lang: None }).await?;
    window.find("overview-count-alert").await?;
    window.go("/import").await?;
    window.pick("import-what", "Invoices").await?;
    window.fill("import-file", &file.display().to_string()).await?;
    window.choose("import-map", "uci-online-retail").await?;
    window.click("import-dry-run").await?;
    window.wait("the dry run", "document.querySelector('[data-testid=import-result][data-dry-run=true]')").await?;
    assert_eq!(window.figure("import-invoices").await?, "2", "the dry run says what a run would take");
    assert_eq!(window.figure("import-refused").await?, "1", "and what it would put aside");
    let imported = ["invoice", "list", "--origin", "imported"];
    assert_eq!(cli(&database, &imported)?, serde_json::json!([]), "a dry run writes nothing");
    window.click("import-run").await?;
    window.wait("the result", "document.querySelector('[data-testid=import-result][data-dry-run=false]')").await?;
    assert_eq!(window.figure("import-credit_notes").await?, "1", "a credit note is no invoice");
    assert_eq!(window.figure("import-lines-GBP").await?, "98.14", "all lines, those of the credit note below zero");
    window.click("import-open-invoices").await?;
    window.find("invoices-grid").await?;
    let listed = cli(&database, &imported)?;
    let listed = listed.as_array().context("an array")?;
    assert_eq!(listed.len(), 2, "the command line lists what the window took: {listed:?}");
    for row in listed {
        window.find(&format!("invoice-link-{}", text(row, "invoice_id")?)).await?;
    }
    assert_eq!(window.figure("invoice-sum-GBP").await?, "125.64", "and the list adds them up");
    Ok(())
}

/// Invoices as the tables of Stripe have them: one in dollars, one in yen, which have no minor unit, and a draft.
const STRIPE: &str = "id,amount,currency,customer_id,due_date,description,invoice_id,is_deleted,period_end,period_start,\
amount_due,amount_paid,amount_remaining,subtotal,tax,total,number,paid,status\n\
in_1,,usd,cus_1,,First,,FALSE,2021-02-28 00:00:00,2021-02-01 00:00:00,123456,0,123456,123456,0,123456,A-1,FALSE,open\n\
in_2,,jpy,cus_2,,Second,,FALSE,2021-02-28 00:00:00,2021-02-01 00:00:00,500,500,0,500,0,500,A-2,TRUE,paid\n\
in_3,,usd,cus_1,,Third,,FALSE,2021-02-28 00:00:00,2021-02-01 00:00:00,900,0,900,900,0,900,A-3,FALSE,draft\n";

#[tokio::test]
async fn invoices_of_stripe_are_imported_in_their_minor_units() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("books.sqlite").display().to_string();
    cli(&database, &["migrate"])?;
    let file = folder.path().join("invoice_data.csv");
    std::fs::write(&file, STRIPE)?;
    let window = Window::open(Opening { database: Some(database.clone()), lang: None }).await?;
    window.find("page-title").await?;
    window.go("/import?what=invoices").await?;
    window.fill("import-file", &file.display().to_string()).await?;
    window.choose("import-map", "stripe-invoices").await?;
    window.click("import-dry-run").await?;
    window.wait("the dry run", "document.querySelector('[data-testid=import-result][data-dry-run=true]')").await?;
    window.click("import-run").await?;
    window.wait("the result", "document.querySelector('[data-testid=import-result][data-dry-run=false]')").await?;
    assert_eq!(window.figure("import-invoices").await?, "2", "a draft is no invoice");
    assert_eq!(window.figure("import-lines-USD").await?, "1234.56", "cents");
    assert_eq!(window.figure("import-lines-JPY").await?, "500", "yen have none");
    window.picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/e2e-import-stripe.png"))
}

#[tokio::test]
async fn a_statement_of_payments_is_looked_at_and_entered_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let open = cli(&database, &["invoice", "list", "--status", "finalized"])?;
    let open = open.as_array().and_then(|rows| rows.first()).context("an open invoice")?.clone();
    let (number, amount, currency) = (text(&open, "number")?, text(&open, "open")?, text(&open, "currency")?);
    let file = folder.path().join("statement.csv");
    let head = "invoice,amount,currency,received_at,method,reference";
    let rows = format!(
        "{head}\n{number},{amount},{currency},2026-11-25,bank,ST-1\nINV-1999-000001,5,EUR,2026-11-25,bank,ST-2\n"
    );
    std::fs::write(&file, rows)?;
    let window = Window::open(Opening { database: Some(database.clone()), lang: None }).await?;
    window.find("overview-count-alert").await?;
    window.go("/import").await?;
    window.pick("import-what", "Payments").await?;
    window.fill("import-file", &file.display().to_string()).await?;
    window.fill("field-reason", "Statement of November").await?;
    for (round, (taken, duplicates)) in [("1", "0"), ("0", "1")].into_iter().enumerate() {
        window.click("import-dry-run").await?;
        window.wait("the dry run", "document.querySelector('[data-testid=import-result][data-dry-run=true]')").await?;
        assert_eq!(window.figure("import-taken").await?, taken, "what would be taken in round {round}");
        window.click("import-run").await?;
        window.wait("the result", "document.querySelector('[data-testid=import-result][data-dry-run=false]')").await?;
        assert_eq!(window.figure("import-taken").await?, taken, "and what was");
        assert_eq!(window.figure("import-duplicates").await?, duplicates, "a statement that comes twice pays once");
        assert_eq!(window.figure("import-aside").await?, "1", "of an invoice that is not here");
    }
    let paid = cli(&database, &["invoice", "show", number])?;
    assert_eq!(text(&paid["row"], "status")?, "paid", "the invoice is paid");
    window.picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/e2e-import-payments.png"))
}
