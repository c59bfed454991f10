//! The first start: the sample company appears with progress, and its numbers are those of the command line.

use crate::cli::{cli, text};
use crate::window::{Opening, Window};
use anyhow::Result;

async fn numbers_equal(window: &Window, database: &str) -> Result<()> {
    let status = cli(database, &["status"])?;
    for level in ["alert", "warning", "normal", "tenants"] {
        let shown = window.figure(&format!("overview-count-{level}")).await?;
        assert_eq!(shown, status["tenants"][level].to_string(), "tenants at {level} are the same in both faces");
    }
    let owed = status["owed"].as_array().cloned().unwrap_or_default();
    assert!(owed.len() >= 2, "the sample company bills in several currencies");
    for row in &owed {
        let currency = text(row, "currency")?;
        let shown = window.figure(&format!("overview-overage-{currency}")).await?;
        assert_eq!(shown, text(row, "overage")?, "overage in {currency} is the same in both faces");
    }
    Ok(())
}

#[tokio::test]
async fn the_first_start_makes_the_sample_company_and_shows_its_numbers() -> Result<()> {
    let window = Window::open(Opening::default()).await?;
    window.find("overview-count-alert").await?;
    let page = window.page.source().await?;
    assert!(!page.contains("The page has not been built"), "the real page, not the placeholder");
    let database = window.data().join("org.countinghouse.console/sample-company.sqlite");
    numbers_equal(&window, &database.display().to_string()).await
}

/// Servers have LANG=C, and the browser's number formats throw at a language of that name.
#[tokio::test]
async fn lang_c_shows_numbers_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let window = Window::open(Opening { database: Some(database.clone()), lang: Some("C") }).await?;
    numbers_equal(&window, &database).await
}
