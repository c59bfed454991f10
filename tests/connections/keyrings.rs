//! What happens when the keyring cannot be used: a message within seconds, and nothing kept elsewhere (promise 22).

use crate::person::Person;
use anyhow::Result;
use std::time::{Duration, Instant};

const ADD: [&str; 9] =
    ["connections", "add", "eu", "--host", "/run/postgresql", "--database", "billing", "--user", "writer"];
/// A message within 5 seconds, and a loaded machine.
const PATIENCE: Duration = Duration::from_secs(8);

fn refused(person: &Person, what: &str) -> Result<String> {
    let started = Instant::now();
    let (code, message) = person.error(&ADD, Some("a password"))?;
    assert!(started.elapsed() < PATIENCE, "{what}: the message took {:?}", started.elapsed());
    assert!(message.contains("this run only"), "{what}: the way on is said: {message}");
    assert!(!person.settings().exists(), "{what}: nothing is saved whose password could not be kept");
    Ok(code)
}

#[test]
fn without_a_bus_there_is_a_message_and_nothing_is_kept() -> Result<()> {
    let person = Person::without_bus()?;
    assert_eq!(refused(&person, "no bus")?, "keyring_unavailable", "over ssh there is none");
    Ok(())
}

#[test]
fn without_a_service_there_is_a_message_and_nothing_is_kept() -> Result<()> {
    let person = Person::with_bus()?;
    assert_eq!(refused(&person, "no service")?, "keyring_unavailable", "a desktop without a keyring");
    Ok(())
}

#[test]
fn a_locked_keyring_gives_a_message() -> Result<()> {
    let mut person = Person::with_keyring()?;
    person.json(&ADD, Some("a password"))?;
    let saved = std::fs::read_to_string(person.settings())?;
    // Started again, nobody has opened it.
    person.start_keyring("--start")?;
    let started = Instant::now();
    let (code, message) = person.error(&["--connection", "eu", "status"], None)?;
    assert!(started.elapsed() < PATIENCE, "the message took {:?}", started.elapsed());
    assert!(["keyring_locked", "keyring_timeout"].contains(&code.as_str()), "{code}: {message}");
    assert_eq!(saved, std::fs::read_to_string(person.settings())?, "the connection is as it was");
    Ok(())
}

#[test]
fn a_password_that_was_taken_out_of_the_keyring_is_asked_for_again() -> Result<()> {
    let mut person = Person::with_keyring()?;
    person.json(&ADD, Some("a password"))?;
    person.stop_keyring();
    std::fs::remove_dir_all(person.home.path().join("data"))?;
    person.start_keyring("--unlock")?;
    let (code, _) = person.error(&["--connection", "eu", "status"], None)?;
    assert_eq!(code, "secret_missing", "a keyring without the item is none without a password");
    Ok(())
}
