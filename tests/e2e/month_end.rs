//! A month's end in the window: a run, an approval, an explanation down to one event, a dispute that ends with a credit
//! note, and the evidence of it all in one file that holds without the database.

use crate::cli::{cli, sample_as_of, text, verify_pack};
use crate::window::{Opening, Window};
use anyhow::{Context, Result, ensure};
use billing::time::Timestamp;
use serde_json::Value;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// 33 days: every monthly subscription has a period that ended since, and most are past their days of grace.
const BEFORE_MICROS: i64 = 33 * 86_400 * 1_000_000;

/// The time of some weeks ago; the folder was made just now.
fn some_weeks_before(folder: &Path) -> Result<String> {
    let now = folder.metadata()?.modified()?.duration_since(UNIX_EPOCH)?.as_micros();
    Ok(Timestamp::from_micros(i64::try_from(now)? - BEFORE_MICROS)?.to_string())
}

async fn give_reason(window: &Window, reason: &str) -> Result<()> {
    window.fill("field-reason", reason).await
}

/// A change in its dialog: preview, then act, until the dialog has closed.
async fn go_through(window: &Window, dialog: &str) -> Result<()> {
    window.click(&format!("{dialog}-preview")).await?;
    window.find("change-preview").await?;
    window.click(&format!("{dialog}-act")).await?;
    window.wait("the dialog has closed", &format!("!document.querySelector('[data-testid=\"{dialog}\"]')")).await
}

/// Runs what is due: the result has the figures of the preview, and the command line sees as many.
async fn bill_what_is_due(window: &Window, database: &str) -> Result<()> {
    let due = cli(database, &["invoice", "preview"])?;
    let finalize = due["finalize"].to_string();
    ensure!(due["finalize"].as_u64() > Some(20), "the sample has a month to bill: {due}");
    ensure!(due["held"].as_u64() > Some(0), "some wait for an approval: {due}");
    window.go("/invoices").await?;
    window.click("run-open").await?;
    give_reason(window, "Month end").await?;
    window.click("run-preview").await?;
    window.find("run-effect").await?;
    assert_eq!(window.figure("run-finalize").await?, finalize, "the window previews what the command line does");
    window.click("run-act").await?;
    window.find("run-result").await?;
    assert_eq!(window.figure("run-finalized").await?, finalize, "the run does what the preview said");
    window.click("run-close").await?;
    let again = cli(database, &["invoice", "preview"])?;
    assert_eq!(again["finalize"].as_u64(), Some(0), "nothing is left that a run may finalize");
    Ok(())
}

/// From which total on a person must approve, so that invoices with use above what is included are among those.
fn ask_for_approvals(database: &str, folder: &Path) -> Result<()> {
    let mut settings = cli(database, &["billing", "settings"])?;
    settings["approval_from"] = "120.00".into();
    let file = folder.join("settings.json");
    std::fs::write(&file, settings.to_string())?;
    let file = file.display().to_string();
    cli(database, &["billing", "settings", "--set", &file, "--reason", "Four eyes", "--yes"]).map(drop)
}

/// A draft that waits for an approval, and a line of it that use above what is included is behind.
struct Held {
    invoice: String,
    tenant: String,
    line: u64,
}

/// One of a tenant of which no other draft waits.
fn held_draft(database: &str) -> Result<Held> {
    let held = cli(database, &["invoice", "list", "--hold", "approval"])?;
    let rows = held.as_array().context("an array")?;
    for row in rows {
        // An invoice waits for those of earlier periods.
        if rows.iter().filter(|other| other["tenant_id"] == row["tenant_id"]).count() > 1 {
            continue;
        }
        let id = text(row, "invoice_id")?;
        let shown = cli(database, &["invoice", "show", id])?;
        let line = shown["lines"].as_array().into_iter().flatten().find(|line| {
            let amount = line["amount"].as_str().unwrap_or("0");
            line["meter"].is_string() && line["counts"] == true && !amount.trim_matches(['0', '.']).is_empty()
        });
        if let Some(no) = line.and_then(|line| line["no"].as_u64()) {
            return Ok(Held { invoice: id.to_owned(), tenant: text(row, "tenant_id")?.to_owned(), line: no });
        }
    }
    anyhow::bail!("no draft that waits for an approval has use above what is included")
}

/// Approves and finalizes the draft; gives its number.
async fn approve_and_finalize(window: &Window, database: &str, held: &Held) -> Result<String> {
    let id = held.invoice.as_str();
    window.go(&format!("/invoices?hold=approval&tenant_id={}", held.tenant)).await?;
    window.click(&format!("invoice-link-{id}")).await?;
    window.find("lines").await?;
    for verb in ["Approve", "Finalize"] {
        let primary =
            format!("document.querySelector('[data-testid=invoice-primary]')?.textContent.trim() === '{verb}'");
        window.wait(verb, &primary).await?;
        window.click("invoice-primary").await?;
        give_reason(window, "Looked at line by line").await?;
        go_through(window, "act").await?;
    }
    window.wait("a number", "/^[A-Z]+-/.test(document.querySelector('[data-testid=page-title]')?.innerText)").await?;
    let shown = cli(database, &["invoice", "show", id])?;
    assert_eq!(shown["row"]["status"], "finalized", "the command line sees it final");
    assert_eq!(shown["hash_fits"], true, "and sealed by its hash");
    Ok(text(&shown["row"], "number")?.to_owned())
}

/// Opens the steps from the total to one event; each agrees with what the command line says.
async fn explain_down_to_an_event(window: &Window, database: &str, number: &str, line: u64) -> Result<()> {
    let told = cli(database, &["invoice", "explain", number, "--line", &line.to_string()])?;
    let told = &told["lines"][0];
    window.click("explain-total").await?;
    window.find("explain-total-step").await?;
    assert_eq!(window.figure("residue").await?.trim_matches(['0', '.']), "", "the ledger gives the total again");
    window.click(&format!("explain-open-line-{line}")).await?;
    window.find("explain-line-step").await?;
    let amount = text(told, "amount")?;
    window
        .wait(
            "the line's amount",
            &format!("document.querySelector('[data-testid=explain-line-step] [data-figure=\"{amount}\"]')"),
        )
        .await?;
    window.click("explain-open-use").await?;
    window.find("explain-use-step").await?;
    let event = &told["events"][0];
    window.click(&format!("explain-event-{}", text(event, "key")?)).await?;
    assert_eq!(window.figure("event-quantity").await?, text(event, "quantity")?, "the event is that of the ledger");
    Ok(())
}

/// Opens a dispute about the event on screen, and about the line; gives the dispute's number.
async fn open_dispute(window: &Window, database: &str, line: u64) -> Result<String> {
    window.click("explain-dispute").await?;
    window.fill("field-claim", "We never made these calls.").await?;
    window.click(&format!("dispute-line-{line}")).await?;
    go_through(window, "dispute-open").await?;
    let open = cli(database, &["dispute", "list", "--status", "open"])?;
    let row = open["rows"].as_array().into_iter().flatten().find(|row| row["claim"] == "We never made these calls.");
    Ok(text(row.context("the dispute is in the list")?, "number")?.to_owned())
}

/// Decides the dispute with a credit of the whole line.
async fn credit(window: &Window, database: &str, dispute: &str, line: u64) -> Result<()> {
    let id = cli(database, &["dispute", "show", dispute])?;
    let id = text(&id["row"], "dispute_id")?;
    window.go("/disputes").await?;
    window.find("disputes-grid").await?;
    window.go(&format!("/disputes/{id}")).await?;
    window.click("dispute-decide-open").await?;
    window.pick("field-decision", "Credit").await?;
    window.click(&format!("credit-line-{line}")).await?;
    give_reason(window, "Their logs show no such calls").await?;
    go_through(window, "dispute-decide").await?;
    window.find("dispute-decision").await?;
    Ok(())
}

/// Gives the number of the credit note.
fn credited(database: &str, number: &str, dispute: &str, line: u64) -> Result<String> {
    let shown = cli(database, &["invoice", "show", number])?;
    let notes = shown["credit_notes"].as_array().context("credit notes")?;
    assert_eq!(notes.len(), 1, "one credit note: {notes:?}");
    let amount = |value: &Value| value.as_str().map(str::to_owned);
    let of_line = shown["lines"].as_array().into_iter().flatten().find(|row| row["no"].as_u64() == Some(line));
    assert_eq!(
        amount(&notes[0]["net"]),
        of_line.and_then(|row| amount(&row["amount"])),
        "all of the line, and nothing else"
    );
    let case = cli(database, &["dispute", "show", dispute])?;
    assert_eq!(case["row"]["decision"], "credit", "the case is at its end");
    assert_eq!(case["credit_note_number"], notes[0]["number"], "and names its credit note");
    Ok(text(&notes[0], "number")?.to_owned())
}

/// Saves the evidence pack of the case by the desktop's own dialog.
async fn save_pack(window: &Window, folder: &Path) -> Result<()> {
    let pack = folder.join("evidence.zip");
    window.click("save-pack").await?;
    window.save_as(&pack).await?;
    verify_pack(&pack)
}

/// A byte of the pack that changed must be found, or the check above says nothing.
fn a_changed_pack_is_refused(folder: &Path) -> Result<()> {
    let mut bytes = std::fs::read(folder.join("evidence.zip"))?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let broken = folder.join("broken.zip");
    std::fs::write(&broken, bytes)?;
    ensure!(verify_pack(&broken).is_err(), "a pack with a changed byte is refused");
    Ok(())
}

async fn save_pdf(window: &Window, folder: &Path, id: &str) -> Result<()> {
    let file = folder.join("invoice.pdf");
    window.go(&format!("/invoices/{id}?tab=document")).await?;
    window.find("page-1").await?;
    window.click("save-pdf").await?;
    window.save_as(&file).await?;
    ensure!(std::fs::read(&file)?.starts_with(b"%PDF-"), "the saved document is a PDF file");
    Ok(())
}

/// The credit note as it is printed, in the window and as a file.
async fn show_credit(window: &Window, folder: &Path, id: &str, credit: &str) -> Result<()> {
    let file = folder.join("credit.pdf");
    window.go(&format!("/invoices/{id}?tab=money")).await?;
    window.click(&format!("credit-{credit}")).await?;
    window.find("page-1").await?;
    window.picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/e2e-credit-note.png"))?;
    window.click("save-credit").await?;
    window.save_as(&file).await?;
    ensure!(std::fs::read(&file)?.starts_with(b"%PDF-"), "the saved credit note is a PDF file");
    Ok(())
}

#[tokio::test]
async fn a_month_is_billed_disputed_credited_and_proven() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = sample_as_of(folder.path(), Some(&some_weeks_before(folder.path())?))?.display().to_string();
    ask_for_approvals(&database, folder.path())?;
    let window = Window::open(Opening { database: Some(database.clone()), lang: None }).await?;
    window.find("overview-count-alert").await?;
    bill_what_is_due(&window, &database).await?;
    let held = held_draft(&database)?;
    let line = held.line;
    let number = approve_and_finalize(&window, &database, &held).await?;
    explain_down_to_an_event(&window, &database, &number, line).await?;
    let dispute = open_dispute(&window, &database, line).await?;
    credit(&window, &database, &dispute, line).await?;
    let credit_note = credited(&database, &number, &dispute, line)?;
    save_pack(&window, folder.path()).await?;
    a_changed_pack_is_refused(folder.path())?;
    save_pdf(&window, folder.path(), &held.invoice).await?;
    show_credit(&window, folder.path(), &held.invoice, &credit_note).await?;
    let verified = cli(&database, &["verify"])?;
    assert_eq!(verified["drift"].as_array().map(Vec::len), Some(0), "caches follow the ledger");
    Ok(())
}
