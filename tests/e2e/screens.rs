//! Every screen: reachable by keyboard, without serious findings of axe, and its picture.

use crate::cli::{cli, text};
use crate::window::{Opening, Window};
use anyhow::{Context, Result};
use std::path::Path;

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");

/// What axe finds serious or critical on the page.
async fn serious_findings(window: &Window) -> Result<Vec<String>> {
    let axe = std::fs::read_to_string(AXE).context("axe-core comes with the page's modules")?;
    window.page.execute(format!("{axe}; window.axe = axe;"), vec![]).await?;
    let script = "const done = arguments[arguments.length - 1];
        window.axe.run(document, { resultTypes: ['violations'] }).then(
            (found) => done(found.violations
                .filter((rule) => ['serious', 'critical'].includes(rule.impact))
                .map((rule) => `${rule.id}: ${rule.help}: ${rule.nodes.map((node) => node.html.slice(0, 200)).slice(0, 3).join(' | ')}`)),
            (error) => done([String(error)]));";
    let found = window.page.execute_async(script, vec![]).await?;
    Ok(serde_json::from_value(found.json().clone())?)
}

async fn show(window: &Window, path: &str) -> Result<()> {
    window.page.execute(format!("window.location.hash = '#{path}'"), vec![]).await?;
    window.find("page-title").await?;
    let loaded = "!document.querySelector('[data-testid=loading-state]')
        && (!document.querySelector('.ag-root') || document.querySelector('.ag-row'))";
    window.wait("the screen has loaded", loaded).await?;
    // Pictures are for people: a chart that still grows would show half a figure. What comes late is waited for, too.
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    window.wait("the screen has loaded", loaded).await
}

async fn theme(window: &Window, name: &str) -> Result<()> {
    let script = format!("localStorage.setItem('countinghouse.color-scheme', '{name}'); location.reload()");
    window.page.execute(script, vec![]).await?;
    window.find("page-title").await?;
    window.wait("the theme", &format!("document.documentElement.dataset.mantineColorScheme === '{name}'")).await
}

/// An invoice with use above what is included, and the number of that line.
fn invoice_with_overage(database: &str) -> Result<(String, u64)> {
    let invoices = cli(database, &["invoice", "list", "--status", "finalized"])?;
    for row in invoices.as_array().context("an array")?.iter().take(100) {
        let id = text(row, "invoice_id")?;
        let shown = cli(database, &["invoice", "show", id])?;
        let line = shown["lines"].as_array().into_iter().flatten().find(|line| {
            line["meter"].is_string()
                && line["amount"].as_str().is_some_and(|it| !it.trim_matches(['0', '.']).is_empty())
        });
        if let Some(no) = line.and_then(|line| line["no"].as_u64()) {
            return Ok((id.to_owned(), no));
        }
    }
    anyhow::bail!("no invoice of the sample company has use above what is included")
}

/// Every screen and its address, its tabs and the steps of an explanation among them.
fn screens(database: &str) -> Result<Vec<(&'static str, String)>> {
    let tenants = cli(database, &["tenants"])?;
    let busiest = text(&tenants["rows"][0], "tenant_id")?.to_owned();
    let (invoice, line) = invoice_with_overage(database)?;
    let disputes = cli(database, &["dispute", "list"])?;
    let dispute = text(&disputes["rows"][0], "dispute_id")?.to_owned();
    Ok(vec![
        ("overview", "/".to_owned()),
        ("tenants", "/tenants".to_owned()),
        ("tenant", format!("/tenants/{busiest}")),
        ("tenant-billing", format!("/tenants/{busiest}?tab=billing")),
        ("tenant-timeline", format!("/tenants/{busiest}?tab=timeline")),
        ("usage", "/usage".to_owned()),
        ("invoices", "/invoices".to_owned()),
        ("invoices-open", "/invoices?status=open".to_owned()),
        ("invoice", format!("/invoices/{invoice}")),
        ("invoice-document", format!("/invoices/{invoice}?tab=document")),
        ("invoice-money", format!("/invoices/{invoice}?tab=money")),
        ("invoice-disputes", format!("/invoices/{invoice}?tab=disputes")),
        ("invoice-explain", format!("/invoices/{invoice}?explain=total")),
        ("invoice-explain-line", format!("/invoices/{invoice}?explain={line}")),
        ("invoice-explain-use", format!("/invoices/{invoice}?explain={line}&step=events")),
        ("run-invoices", "/invoices?run=1".to_owned()),
        ("disputes", "/disputes".to_owned()),
        ("dispute", format!("/disputes/{dispute}")),
        ("quarantine", "/quarantine".to_owned()),
        ("late", "/quarantine?view=late".to_owned()),
        ("import", "/import".to_owned()),
        ("import-invoices", "/import?what=invoices".to_owned()),
        ("import-payments", "/import?what=payments".to_owned()),
        ("settings", "/settings".to_owned()),
        ("audit", "/audit".to_owned()),
        ("difference", "/difference".to_owned()),
    ])
}

#[tokio::test]
async fn axe_finds_nothing_serious_on_any_screen_in_light_and_dark() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let screens = screens(&database)?;
    let window = Window::open(Opening { database: Some(database), lang: None }).await?;
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/pictures");
    let mut findings = Vec::new();
    for scheme in ["light", "dark"] {
        window.find("page-title").await?;
        theme(&window, scheme).await?;
        for (name, path) in &screens {
            show(&window, path).await?;
            window.picture(&pictures.join(format!("{name}-{scheme}.png")))?;
            for finding in serious_findings(&window).await? {
                findings.push(format!("{name} in {scheme}: {finding}"));
            }
        }
    }
    assert!(findings.is_empty(), "axe found:\n{}", findings.join("\n"));
    Ok(())
}

#[tokio::test]
async fn every_screen_of_a_snapshot_shows_what_it_shows_of_the_database() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let file = folder.path().join("company.chsnapshot").display().to_string();
    let written = cli(&database, &["snapshot", "export", &file])?;
    let status = cli(&file, &["status"])?;
    let window = Window::open(Opening { database: Some(file), lang: None }).await?;
    let alert = status["tenants"]["alert"].to_string();
    assert_eq!(window.figure("overview-count-alert").await?, alert, "the same flags as the command line");
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/pictures");
    for (name, path) in
        screens(&database)?.iter().filter(|(name, _)| !name.starts_with("import") && *name != "run-invoices")
    {
        show(&window, path).await?;
        let text = window.text().await?;
        let failed = "document.querySelector('[data-testid=error-state]')";
        let failed = window.page.execute(format!("return Boolean({failed})"), vec![]).await?;
        assert_eq!(failed.json().as_bool(), Some(false), "{name} of a snapshot fails: {text}");
        assert!(text.starts_with("SNAPSHOT"), "{name} says what it is of");
        window.picture(&pictures.join(format!("snapshot-{name}-light.png")))?;
    }
    assert_eq!(written["about"]["all_tenants"], true, "it holds all tenants: {written}");
    Ok(())
}

#[tokio::test]
async fn the_palette_finds_a_tenant_by_keyboard_alone() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let tenants = cli(&database, &["tenants"])?;
    let row = tenants["rows"]
        .as_array()
        .and_then(|rows| {
            rows.iter().find(|row| {
                row["name"]
                    .as_str()
                    .is_some_and(|name| name.is_ascii() && name.len() > 8 && !name.contains(['<', '=', '\'']))
            })
        })
        .context("a tenant with a plain name")?;
    let (id, name) = (text(row, "tenant_id")?, text(row, "name")?);
    let window = Window::open(Opening { database: Some(database), lang: None }).await?;
    window.find("overview-count-alert").await?;
    window
        .page
        .action_chain()
        .key_down(thirtyfour::Key::Control)
        .send_keys("k")
        .key_up(thirtyfour::Key::Control)
        .perform()
        .await?;
    let input = window.find("palette-input").await?;
    input.send_keys(name).await?;
    // What is marked is what Enter opens.
    window
        .wait("the hit", &format!("document.querySelector('[data-testid=\"palette-hit-{id}\"][data-selected]')"))
        .await?;
    input.send_keys(thirtyfour::Key::Enter + "").await?;
    window.wait("the tenant's page", &format!("location.hash.includes('{id}')")).await?;
    window
        .wait(
            "its name",
            &format!(
                "document.querySelector('[data-testid=page-title]')?.innerText.includes({})",
                serde_json::to_string(name)?
            ),
        )
        .await
}
