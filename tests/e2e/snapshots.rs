//! A snapshot of a company's server, from the connection to the file and back: made, restarted, written, compared with
//! what came in since, opened without the server, and refused once a bit of it is another one.

use crate::connections::{books, fill, is_open};
use crate::window::{Opening, Window};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use support::person::{Person, program};
use support::server::Server;

fn picture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../out/e2e-snapshots-{name}.png"))
}

async fn menu(window: &Window, item: &str) -> Result<()> {
    window.click("database").await?;
    window.click(item).await
}

async fn says(window: &Window, what: &str) -> Result<()> {
    window.wait(what, &format!("document.body.innerText.includes({})", serde_json::to_string(what)?)).await
}

/// What the line along the top says.
async fn line(window: &Window) -> Result<String> {
    let said = "return document.querySelector('[data-testid=environment-line]')?.innerText ?? ''";
    Ok(window.page.execute(said, vec![]).await?.json().as_str().unwrap_or_default().to_owned())
}

/// One more use, which the snapshot does not have.
fn use_more(server: &Server, person: &Person) -> Result<()> {
    let file = |name: &str| person.home.path().join(name).display().to_string();
    std::fs::write(file("more.csv"), "id,tenant,at,n\n2,Lisbon Law,2026-01-11T08:00:00Z,5\n")?;
    let url = server.socket_url("billing");
    let import = ["--db", &url, "import", "usage", &file("more.csv"), "--map", &file("calls.toml"), "--backfill"];
    // The owner's login is refused on production; who writes there is not what this is about.
    server.sql("billing", "update ledger_info set environment = 'development'")?;
    person.json(&import, None)?;
    server.sql("billing", "update ledger_info set environment = 'production'")?;
    Ok(())
}

/// The same file with one bit turned over.
fn forge(snapshot: &Path) -> Result<PathBuf> {
    let mut bytes = std::fs::read(snapshot)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let forged = snapshot.with_file_name("forged.chsnapshot");
    std::fs::write(&forged, bytes)?;
    Ok(forged)
}

/// Starts the program a second time with a file, as a double click does; the one that runs opens it.
fn double_click(window: &Window, person: &Person, file: &Path) -> Result<()> {
    let mut second = person.at_home(program("countinghouse")?);
    second.arg(file).env("DISPLAY", window.display()).stdout(Stdio::null()).stderr(Stdio::null());
    ensure!(second.status().context("the second start")?.success(), "it hands over and ends");
    Ok(())
}

#[tokio::test]
async fn a_snapshot_is_written_compared_opened_and_a_forged_one_is_refused() -> Result<()> {
    let server = Server::start()?;
    let person = Arc::new(Person::with_keyring()?);
    books(&server, &person)?;
    let empty = person.home.path().join("empty.sqlite").display().to_string();
    person.json(&["--db", &empty, "migrate", "--name", "empty", "--environment", "development"], None)?;

    let window = Window::open_for(&person, Opening { database: Some(empty), lang: None }).await?;
    window.click("nav-settings").await?;
    window.click("connection-add").await?;
    fill(&window, &server).await?;
    window.click("connection-save").await?;
    window.find_css("[data-testid^='connection-open-']").await?;
    drop(window);

    let window = Window::open_for(&person, Opening::default()).await?;
    window.click("database").await?;
    window.find_css("[data-testid^='menu-connection-']").await?.click().await?;
    is_open(&window).await?;

    menu(&window, "review-begin").await?;
    let reviewing = "document.querySelector('[data-testid=environment-line]')?.innerText.includes('review, read only')";
    window.wait("one moment of a server with a password", reviewing).await?;
    window.picture(&picture("review"))?;
    menu(&window, "review-end").await?;
    window.wait("that time goes on", &format!("!{reviewing}")).await?;

    let snapshot = person.home.path().join("january.chsnapshot");
    menu(&window, "snapshot-open").await?;
    window.find("snapshot-dialog").await?;
    window.picture(&picture("dialog"))?;
    window.click("snapshot-write").await?;
    window.save_as(&snapshot).await?;
    window.find("snapshot-written").await?;
    window.picture(&picture("written"))?;
    let verified = person.json(&["snapshot", "verify", &snapshot.display().to_string()], None)?;
    let fingerprint = verified["about"]["fingerprint"].as_str().context("a fingerprint")?.to_owned();
    says(&window, &fingerprint).await?;
    window.page.action_chain().send_keys(thirtyfour::Key::Escape).perform().await?;

    use_more(&server, &person)?;
    menu(&window, "difference-open").await?;
    window.click("difference-choose").await?;
    window.open_file(&snapshot).await?;
    let events = window.find("difference-events").await?.text().await?;
    ensure!(
        events.contains("Lisbon Law") && events.contains('5') && !events.contains('7'),
        "one event came in: {events}"
    );
    window.picture(&picture("difference"))?;

    server.stop()?;
    double_click(&window, &person, &snapshot)?;
    window
        .wait("the snapshot", "document.querySelector('[data-testid=database-access]')?.innerText === 'snapshot'")
        .await?;
    let said = line(&window).await?;
    for part in ["SNAPSHOT", "billing-eu", "production", "all 1 tenant"] {
        ensure!(said.contains(part), "the banner says {part}: {said}");
    }
    window.click("nav-tenants").await?;
    says(&window, "Lisbon Law").await?;
    window.picture(&picture("opened"))?;

    let tenants = person.json(&["--db", &snapshot.display().to_string(), "tenants"], None)?;
    let tenant = tenants["rows"][0]["tenant_id"].as_str().context("a tenant")?.to_owned();
    window.go(&format!("/tenants/{tenant}?tab=timeline")).await?;
    window.click("tenant-note-open").await?;
    window.fill("field-note", "Called Lisbon: they ask for the events of the 10th").await?;
    window.click("note-preview").await?;
    window.click("note-act").await?;
    says(&window, "Case note beside the snapshot").await?;
    window.picture(&picture("note"))?;
    let notes = std::fs::read_to_string(snapshot.with_file_name("january.chsnapshot.notes"))?;
    ensure!(notes.contains("Called Lisbon"), "the note lies beside the file: {notes}");
    let after = person.json(&["snapshot", "verify", &snapshot.display().to_string()], None)?;
    ensure!(after["untouched"] == true, "and the file is what it was: {after}");

    let forged = forge(&snapshot)?;
    menu(&window, "database-open").await?;
    window.open_file(&forged).await?;
    says(&window, "was not opened").await?;
    window.picture(&picture("forged"))?;
    ensure!(line(&window).await?.contains("SNAPSHOT"), "what was on screen stays");
    drop(window);

    let window =
        Window::open_for(&person, Opening { database: Some(forged.display().to_string()), lang: None }).await?;
    says(&window, "Open another database").await?;
    let text = window.text().await?;
    ensure!(!text.contains("Lisbon"), "nothing of a forged file is shown: {text}");
    window.picture(&picture("forged-first"))
}
