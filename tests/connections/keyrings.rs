//! What happens when the keyring cannot be used: a message within seconds, and nothing kept elsewhere (promise 22).
//!
//! Twelve states. What a real keyring can be brought to is a real one; the rest is a service that misbehaves.

use anyhow::{Context, Result};
use std::time::{Duration, Instant};
use support::keyring::{Misbehaviour, OddItem, misbehaving, put, usernames};
use support::person::Person;

const PLACE: [&str; 6] = ["--host", "/run/postgresql", "--database", "billing", "--user", "writer"];
/// A message within 5 seconds, and a loaded machine.
const PATIENCE: Duration = Duration::from_secs(8);

fn add(name: &str) -> Vec<&str> {
    [&["connections", "add", name], &PLACE[..]].concat()
}

/// Within the time that a person waits, the code of what is told.
fn told(person: &Person, what: &str, arguments: &[&str], password: Option<&str>) -> Result<(String, String)> {
    let started = Instant::now();
    let answer = person.error(arguments, password)?;
    assert!(started.elapsed() < PATIENCE, "{what}: the message took {:?}", started.elapsed());
    Ok(answer)
}

/// A password cannot be kept: the code; nothing is saved.
fn not_kept(person: &Person, what: &str) -> Result<String> {
    let (code, message) = told(person, what, &add("us"), Some("a password"))?;
    assert!(message.contains("this run only"), "{what}: the way on is said: {message}");
    let saved = std::fs::read_to_string(person.settings()).unwrap_or_default();
    assert!(!saved.contains("name = \"us\""), "{what}: nothing is saved whose password could not be kept");
    Ok(code)
}

/// A password that is kept cannot be had: the code; the connection stays, and opens for who gives the password.
fn not_had(person: &Person, what: &str) -> Result<String> {
    let saved = std::fs::read_to_string(person.settings())?;
    let (code, _) = told(person, what, &["--connection", "eu", "status"], None)?;
    let (given, _) = told(person, what, &["--connection", "eu", "status"], Some("a password"))?;
    assert_eq!(given, "no_answer", "{what}: with the password given nobody asks the keyring, and the server is asked");
    assert_eq!(saved, std::fs::read_to_string(person.settings())?, "{what}: the connection is as it was");
    Ok(code)
}

#[test]
fn an_open_keyring_keeps_and_gives() -> Result<()> {
    let person = Person::with_keyring()?;
    person.json(&add("eu"), Some("a password"))?;
    assert_eq!(usernames(person.bus()?)?.len(), 1, "it is in the real keyring");
    let (code, _) = person.error(&["--connection", "eu", "status"], None)?;
    assert_eq!(code, "no_answer", "the keyring gave it: only the server is not there");
    person.json(&["connections", "remove", "eu"], None)?;
    assert!(usernames(person.bus()?)?.is_empty(), "and it goes with the connection");
    Ok(())
}

#[test]
fn without_a_bus_there_is_a_message_and_nothing_is_kept() -> Result<()> {
    let person = Person::without_bus()?;
    assert_eq!(not_kept(&person, "no bus")?, "keyring_unavailable", "over ssh there is none");
    Ok(())
}

#[test]
fn without_a_service_there_is_a_message_and_nothing_is_kept() -> Result<()> {
    let mut person = Person::with_keyring()?;
    person.json(&add("eu"), Some("a password"))?;
    person.stop_keyring();
    assert_eq!(not_kept(&person, "no service")?, "keyring_unavailable", "a desktop without a keyring");
    assert_eq!(not_had(&person, "no service")?, "keyring_unavailable", "or whose keyring has ended");
    Ok(())
}

#[test]
fn a_locked_keyring_gives_a_message() -> Result<()> {
    let mut person = Person::with_keyring()?;
    person.json(&add("eu"), Some("a password"))?;
    // Started again, nobody has opened it, and nothing on this bus could ask for its password.
    person.start_keyring("--start")?;
    for code in [not_had(&person, "locked")?, not_kept(&person, "locked")?] {
        assert!(["keyring_locked", "keyring_timeout"].contains(&code.as_str()), "{code}");
    }
    Ok(())
}

#[test]
fn a_keyring_that_misbehaves_gives_a_message_within_seconds() -> Result<()> {
    let table = [
        (Misbehaviour::Silent, "keyring_timeout"),
        (Misbehaviour::Denies, "keyring_denied"),
        (Misbehaviour::Dismissed, "keyring_locked"),
        (Misbehaviour::Unattended, "keyring_timeout"),
        (Misbehaviour::Dies, "keyring_unavailable"),
    ];
    for (how, code) in table {
        let mut person = Person::with_keyring()?;
        person.json(&add("eu"), Some("a password"))?;
        person.stop_keyring();
        let service = misbehaving(person.bus()?, how)?;
        assert_eq!(not_had(&person, &format!("{how:?}"))?, code, "{how:?}, to read");
        drop(service);
        let service = misbehaving(person.bus()?, how)?;
        assert_eq!(not_kept(&person, &format!("{how:?}"))?, code, "{how:?}, to keep");
        drop(service);
    }
    Ok(())
}

#[test]
fn a_password_that_was_taken_out_of_the_keyring_is_asked_for_again() -> Result<()> {
    let mut person = Person::with_keyring()?;
    person.json(&add("eu"), Some("a password"))?;
    person.stop_keyring();
    std::fs::remove_dir_all(person.home.path().join("data"))?;
    person.start_keyring("--unlock")?;
    assert_eq!(not_had(&person, "gone")?, "secret_missing", "a keyring without the item is none without a password");
    Ok(())
}

#[test]
fn several_passwords_under_one_name_are_never_chosen_among() -> Result<()> {
    let person = Person::with_keyring()?;
    person.json(&add("eu"), Some("a password"))?;
    let name = usernames(person.bus()?)?.pop().context("the item of the connection")?;
    put(person.bus()?, OddItem { username: &name, content: b"another password" })?;
    assert_eq!(not_had(&person, "two")?, "keyring_ambiguous", "nobody knows which is the right one");
    Ok(())
}

#[test]
fn what_is_no_password_is_not_sent_to_a_server() -> Result<()> {
    let mut person = Person::with_keyring()?;
    person.json(&add("eu"), Some("a password"))?;
    let name = usernames(person.bus()?)?.pop().context("the item of the connection")?;
    person.stop_keyring();
    std::fs::remove_dir_all(person.home.path().join("data"))?;
    person.start_keyring("--unlock")?;
    put(person.bus()?, OddItem { username: &name, content: b"\xff\xfe no text" })?;
    assert_eq!(not_had(&person, "bytes")?, "keyring_damaged", "it is told, and its bytes are nowhere");
    Ok(())
}
