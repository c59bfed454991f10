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

/// A sample company in a new file.
pub fn sample(folder: &Path) -> Result<PathBuf> {
    sample_as_of(folder, None)
}

/// A sample company in a new file, as it was at a time: whatever is due since then has not been billed.
pub fn sample_as_of(folder: &Path, now: Option<&str>) -> Result<PathBuf> {
    let path = folder.join("company.sqlite");
    let mut command = Command::new(program("countinghouse-cli")?);
    command.args(["sample", "--out"]).arg(&path).args(now.map(|now| ["--now", now]).into_iter().flatten());
    let output = command.output()?;
    ensure!(output.status.success(), "sample: {}", String::from_utf8_lossy(&output.stderr));
    Ok(path)
}

/// Checks an evidence pack without any database; what was printed when it does not hold.
pub fn verify_pack(pack: &Path) -> Result<()> {
    let output = Command::new(program("countinghouse-cli")?).arg("verify").arg(pack).output()?;
    let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.code() == Some(0), "the pack does not hold: {}", said());
    Ok(())
}

/// A field of the answer as text.
pub fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("{field} in {value}"))
}
