//! Importing a real file in the window.

use crate::cli::cli;
use crate::window::{Opening, Window};
use anyhow::Result;
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
