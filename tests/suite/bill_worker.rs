//! A process that bills until it is killed, for the test that kills it; or that bills a firm in memory and prints hashes,
//! for the test that runs it under another time zone and language.
//!
//! `bill-worker run sqlite|postgres PLACE SERIES` or `bill-worker hashes`.

use anyhow::{Context, Result, bail};
use operations::bill;
use operations::host::FixedHost;
use operations::wire::RunRequest;
use store::{Access, Store, Target};
use support::firm::{self, Order};
use support::ledger::postgres_target;
use support::postgres::SUPERUSER;
use support::{Kind, Ledger, World, at};
use tokio_util::sync::CancellationToken;

/// Tenants of one run: a transaction bills one period of each.
const TENANTS_AT_ONCE: usize = 4;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["hashes"] => hashes().await,
        ["run", engine, place, series] => run(engine, place, series.parse().context("a number")?).await,
        _ => bail!("bill-worker run sqlite|postgres PLACE SERIES, or bill-worker hashes"),
    }
}

async fn run(engine: &str, place: &str, series: u64) -> Result<()> {
    let target = match engine {
        "sqlite" => Target::Sqlite(place.into()),
        "postgres" => postgres_target(place, SUPERUSER),
        _ => bail!("an engine is sqlite or postgres"),
    };
    let store = Store::open(&target, Access::ReadWrite).await?;
    let mut tenants = World::open(&store).await?.tenants;
    let from = usize::try_from(series).context("a number")? * 7 % tenants.len();
    tenants.rotate_left(from);
    let host = FixedHost::with_series(at("2026-04-20T09:30:00Z"), 0xb119_0000 + series);
    loop {
        for some in tenants.chunks(TENANTS_AT_ONCE) {
            let tenant_ids = some.iter().map(ToString::to_string).collect();
            let request = RunRequest { tenant_ids, finalize: true, reason: "month end".to_owned(), until: None };
            bill::run(&store, &host, &request, &|_| {}, &CancellationToken::new()).await?;
        }
    }
}

async fn hashes() -> Result<()> {
    let ledger = Ledger::new(Kind::SqliteMemory).await?;
    let world = firm::make(&ledger.store, 64, Order::Forward).await?;
    let host = FixedHost::with_series(world.now, 0xb111_0001);
    let request = RunRequest { finalize: true, reason: "month end".to_owned(), ..RunRequest::default() };
    bill::run(&ledger.store, &host, &request, &|_| {}, &CancellationToken::new()).await?;
    let filter = operations::wire::InvoiceFilter::default();
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let page = bill::invoices(&ledger.store, &filter, after.as_deref(), world.now).await?;
        for row in &page.rows {
            let view = bill::invoice(&ledger.store, row.invoice_id.parse()?, world.now).await?;
            lines.push(format!("{} {}", row.number.clone().unwrap_or_default(), view.hash.unwrap_or_default()));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    lines.sort();
    println!("{}", lines.join("\n"));
    Ok(())
}
