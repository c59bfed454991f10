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
    window.wait("the screen has loaded", "!document.querySelector('[data-testid=loading-state]')").await?;
    // Pictures are for people; a chart that still grows would show half a figure.
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    Ok(())
}

async fn theme(window: &Window, name: &str) -> Result<()> {
    let script = format!("localStorage.setItem('countinghouse.color-scheme', '{name}'); location.reload()");
    window.page.execute(script, vec![]).await?;
    window.find("page-title").await?;
    window.wait("the theme", &format!("document.documentElement.dataset.mantineColorScheme === '{name}'")).await
}

#[tokio::test]
async fn axe_finds_nothing_serious_on_any_screen_in_light_and_dark() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let tenants = cli(&database, &["tenants"])?;
    let busiest = text(&tenants["rows"][0], "tenant_id")?.to_owned();
    let window = Window::open(Opening { database: Some(database), lang: None }).await?;
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/pictures");
    let mut findings = Vec::new();
    for scheme in ["light", "dark"] {
        window.find("page-title").await?;
        theme(&window, scheme).await?;
        for (name, path) in [
            ("overview", "/".to_owned()),
            ("tenants", "/tenants".to_owned()),
            ("tenant", format!("/tenants/{busiest}")),
            ("usage", "/usage".to_owned()),
            ("quarantine", "/quarantine".to_owned()),
            ("import", "/import".to_owned()),
            ("settings", "/settings".to_owned()),
        ] {
            show(&window, &path).await?;
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
