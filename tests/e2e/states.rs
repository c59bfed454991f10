//! What the window says when something is wrong.

use crate::window::{Opening, Window};
use anyhow::Result;

#[tokio::test]
async fn a_database_that_is_not_there_is_said_with_its_code() -> Result<()> {
    let window = Window::open(Opening { database: Some("/nonexistent/books.sqlite".to_owned()), lang: None }).await?;
    let state = window.find("error-state").await?;
    assert!(state.attr("data-code").await?.is_some_and(|code| !code.is_empty()), "an error has a stable code");
    assert!(window.text().await?.contains("books.sqlite"), "the sentence names the file");
    window.find("error-retry").await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("letter.sqlite");
    std::fs::write(&path, "Dear Sir or Madam, this is not a database. ".repeat(500))?;
    let before = std::fs::read(&path)?;
    let window = Window::open(Opening { database: Some(path.display().to_string()), lang: None }).await?;
    window.find("error-state").await?;
    assert_eq!(std::fs::read(&path)?, before, "a file that is refused is not touched");
    Ok(())
}
