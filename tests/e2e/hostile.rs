//! Data never becomes code: hostile names show as text.

use crate::cli::{cli, text};
use crate::window::{Opening, Window};
use anyhow::{Context, Result};

#[tokio::test]
async fn hostile_names_show_as_text() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let tenants = cli(&database, &["tenants"])?;
    let rows = tenants["rows"].as_array().context("rows")?;
    let hostile: Vec<_> =
        rows.iter().filter(|row| row["name"].as_str().is_some_and(|name| name.contains('<'))).collect();
    assert!(!hostile.is_empty(), "the sample company has tenants whose names look like markup");
    let window = Window::open(Opening { database: Some(database), lang: None }).await?;
    window.find("overview-count-alert").await?;
    for row in hostile {
        let id = text(row, "tenant_id")?;
        window.page.execute(format!("window.location.hash = '#/tenants/{id}'"), vec![]).await?;
        let name = text(row, "name")?;
        window
            .wait("the name as text", &format!("document.body.innerText.includes({})", serde_json::to_string(name)?))
            .await?;
        window
            .wait("no markup from data", "document.querySelectorAll('img[onerror], script:not([src])').length === 0")
            .await?;
    }
    Ok(())
}
