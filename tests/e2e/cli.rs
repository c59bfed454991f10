//! The command line beside the window: the same numbers by another way.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::person::program;

/// Runs `countinghouse-cli --db DATABASE --json ...` and gives what it printed.
pub fn cli(database: &str, arguments: &[&str]) -> Result<Value> {
    let output = Command::new(program("countinghouse-cli")?)
        .args(["--db", database, "--json"])
        .args(arguments)
        .output()
        .context("countinghouse-cli")?;
    // 3 says that something was found; that is an answer, too.
    ensure!(
        matches!(output.status.code(), Some(0 | 3)),
        "{arguments:?} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("the answer is JSON")
}

/// A sample company in a new file. It is made once in a run and copied, because making it takes seconds.
pub fn sample(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("company.sqlite");
    let output = Command::new(program("countinghouse-cli")?).args(["sample", "--out"]).arg(&path).output()?;
    ensure!(output.status.success(), "sample: {}", String::from_utf8_lossy(&output.stderr));
    Ok(path)
}

/// A field of the answer as text.
pub fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("{field} in {value}"))
}
