//! Changes by a person: a use entered in the window raises the tenant's flag.

use crate::cli::{cli, text};
use crate::window::{Opening, Window};
use anyhow::{Context, Result};
use serde_json::Value;

/// A tenant and a period meter below 80 %, with what is included.
fn quiet_meter(database: &str) -> Result<(String, String, i64, i64)> {
    let tenants = cli(database, &["tenants"])?;
    for row in tenants["rows"].as_array().context("rows")? {
        if row["level"] != "normal"
            || row["status"] != "active"
            || row["name"].as_str().is_none_or(|name| name.contains('<'))
        {
            continue;
        }
        let id = text(row, "tenant_id")?;
        let usage = cli(database, &["usage", id])?;
        for meter in usage["meters"].as_array().context("meters")? {
            let whole = |field: &str| meter[field].as_str().and_then(|value| value.parse::<i64>().ok());
            if let (Some(used), Some(included)) = (whole("used"), whole("included"))
                && meter["reset"] == "period"
                && meter["aggregation"] == "sum"
                && included >= 100
                && used * 100 < included * 80
                && meter["cap"] == Value::Null
            {
                return Ok((id.to_owned(), text(meter, "meter")?.to_owned(), used, included));
            }
        }
    }
    anyhow::bail!("no quiet tenant in the sample company")
}

async fn enter(window: &Window, meter: &str, quantity: i64) -> Result<()> {
    window.click("entry-open").await?;
    window.choose("field-meter", meter).await?;
    window.fill("field-quantity", &quantity.to_string()).await?;
    window.fill("field-reason", "Counted by hand after a call with the customer").await?;
    window.click("entry-preview").await?;
    window.find("change-preview").await?;
    window.click("entry-act").await?;
    window.wait("the dialog has closed", "!document.querySelector('[data-testid=change-preview]')").await
}

#[tokio::test]
async fn a_flag_appears_when_an_event_crosses_80_and_100_percent() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = crate::cli::sample(folder.path())?.display().to_string();
    let (tenant, meter, used, included) = quiet_meter(&database)?;
    let window = Window::open(Opening { database: Some(database.clone()), lang: None }).await?;
    window.find("overview-count-alert").await?;
    window.page.execute(format!("window.location.hash = '#/tenants/{tenant}'"), vec![]).await?;
    let bar = format!("document.querySelector('[data-testid=\"usage-bar-{meter}\"]')?.dataset.level");
    window.wait("the quiet bar", &format!("{bar} === 'normal'")).await?;
    let warning = (included * 80 + 99) / 100;
    enter(&window, &meter, warning - used).await?;
    window.wait("the yellow bar", &format!("{bar} === 'warning'")).await?;
    enter(&window, &meter, included - warning).await?;
    window.wait("the red bar", &format!("{bar} === 'alert'")).await?;
    let after = cli(&database, &["usage", &tenant])?;
    let now = after["meters"]
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["meter"] == meter.as_str()))
        .context("the meter")?;
    assert_eq!(text(now, "used")?, included.to_string(), "the command line sees what was entered");
    assert_eq!(text(now, "percent")?, "100.0", "exactly at the limit");
    window.page.execute("window.location.hash = '#/'", vec![]).await?;
    window.find(&format!("flagged-{tenant}")).await?;
    let verified = cli(&database, &["verify"])?;
    assert_eq!(verified["drift"].as_array().map(Vec::len), Some(0), "caches follow the ledger");
    Ok(())
}
