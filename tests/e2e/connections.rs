//! A connection to a real server with TLS and password: made, tested and opened in the window; after a restart it opens
//! with the password that a real keyring kept; lost and found again; the password is nowhere else.

use crate::window::{Opening, Window};
use anyhow::Result;
use std::path::PathBuf;
use std::sync::Arc;
use support::canary::{found_in, processes, search};
use support::person::Person;
use support::server::{HOST, PASSWORD, Server};

fn picture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../out/e2e-connections-{name}.png"))
}

/// A ledger that works: a file of tenants and uses, taken by the login of daily work.
pub fn books(server: &Server, person: &Person) -> Result<()> {
    let url = server.socket_url("billing");
    person.json(&["--db", &url, "migrate", "--roles", "--name", "billing-eu", "--environment", "development"], None)?;
    server.sql("billing", "grant billing_writer to writer")?;
    let map = "name = \"calls\"\nformat = \"csv\"\nkey = \"id\"\ntenant.from = \"tenant\"\n\
        time = { from = \"at\", zone = \"UTC\" }\ncreate = { tenants = true, meters = true }\n\
        [[meter]]\ncode = { constant = \"calls\" }\nquantity = \"n\"\nunit = { constant = \"calls\" }\n";
    let file = |name: &str| person.home.path().join(name).display().to_string();
    std::fs::write(file("calls.toml"), map)?;
    std::fs::write(file("calls.csv"), "id,tenant,at,n\n1,Lisbon Law,2026-01-10T08:00:00Z,7\n")?;
    let import = ["import", "usage", &file("calls.csv"), "--map", &file("calls.toml"), "--backfill"];
    person.json(&[&["--db", url.as_str()], &import[..]].concat(), None)?;
    server.sql("billing", "update ledger_info set environment = 'production'")?;
    Ok(())
}

pub async fn fill(window: &Window, server: &Server) -> Result<()> {
    for (field, text) in [
        ("name", "billing-eu"),
        ("host", HOST),
        ("port", &server.port.to_string()),
        ("database", "billing"),
        ("user", "writer"),
        ("root_certificate", &server.authority_file()),
    ] {
        window.fill(&format!("field-{field}"), text).await?;
    }
    window.fill("field-password", PASSWORD).await
}

pub async fn is_open(window: &Window) -> Result<()> {
    window
        .wait(
            "the database of the connection",
            "document.querySelector('[data-testid=database]')?.innerText.includes('billing-eu')",
        )
        .await?;
    window
        .wait(
            "that it is only looked at",
            "document.querySelector('[data-testid=database-access]').innerText === 'read only'",
        )
        .await
}

/// Nothing of the password: in files, in arguments and environments, in the page.
async fn nowhere(window: &Window, person: &Person) -> Result<()> {
    let mut found = processes(PASSWORD)?;
    let looked_at = search(person.home.path(), PASSWORD, &mut found)?;
    assert!(looked_at > 10, "the folders of program, browser and keyring were searched: {looked_at} files");
    assert!(found.is_empty(), "the password lies in {found:?}");
    let page = window.page.source().await?;
    assert_eq!(found_in(page.as_bytes(), PASSWORD), None, "the page forgot it");
    let kept = "return JSON.stringify([{...localStorage}, {...sessionStorage}, location.href, history.state])";
    let kept = window.page.execute(kept, vec![]).await?.json().to_string();
    assert_eq!(found_in(kept.as_bytes(), PASSWORD), None, "nor does the browser keep it");
    Ok(())
}

#[tokio::test]
async fn a_connection_is_made_and_opens_with_the_kept_password_after_a_restart() -> Result<()> {
    let server = Server::start()?;
    let person = Arc::new(Person::with_keyring()?);
    books(&server, &person)?;
    let heard = person.listen()?;

    let window = Window::open_for(&person, Opening::default()).await?;
    window.find("overview-count-alert").await?;
    window.click("nav-settings").await?;
    window.click("connection-add").await?;
    fill(&window, &server).await?;
    window.click("connection-test").await?;
    window.find_css("[data-testid=connection-test-result][data-ok=true]").await?;
    window.picture(&picture("tested"))?;
    window.click("connection-save").await?;
    window.find_css("[data-testid^='connection-open-']").await?;
    window.picture(&picture("saved"))?;
    nowhere(&window, &person).await?;
    window.page.execute("document.querySelector(\"[data-testid^='connection-open-']\").click()", vec![]).await?;
    is_open(&window).await?;
    drop(window);

    let window = Window::open_for(&person, Opening::default()).await?;
    is_open(&window).await?;
    window.wait("the line of production", "document.body.innerText.includes('PRODUCTION')").await?;
    nowhere(&window, &person).await?;
    assert_eq!(found_in(&heard.so_far()?, PASSWORD), None, "nor was it said on the bus");

    window.click("nav-settings").await?;
    window.click("connection-add").await?;
    window.fill("field-name", "half typed").await?;
    server.stop()?;
    window.find("lost-banner").await?;
    window.picture(&picture("lost"))?;
    server.start_again()?;
    window.wait("that it is found again by itself", "!document.querySelector('[data-testid=lost-banner]')").await?;
    let typed = "document.querySelector('[data-testid=field-name]').value === 'half typed'";
    window.wait("what was typed", typed).await
}
