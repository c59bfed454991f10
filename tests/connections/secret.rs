//! A password lives in the keyring and in the memory of the program, and nowhere else (promises 21 and 22).

use anyhow::Result;
use support::canary::{base64, encodings, found_in, processes, search};
use support::person::Person;
use support::server::{HOST, PASSWORD, Server};

fn add<'a>(port: &'a str, authority: &'a str) -> Vec<&'a str> {
    let mut words = vec!["connections", "add", "eu", "--environment", "staging", "--host", HOST, "--port", port];
    words.extend(["--database", "billing", "--user", "writer", "--writable", "true", "--tls", "verify-full"]);
    words.extend(["--root-certificate", authority]);
    words
}

#[test]
fn the_search_finds_each_encoding() {
    for (name, text) in encodings(PASSWORD) {
        let around = format!("before {text} behind");
        let found = found_in(around.as_bytes(), PASSWORD);
        assert!(found.is_some(), "{name} would be found, or the search proves nothing");
    }
    for before in ["", "a", "ab"] {
        let inside = base64(format!("{before}{PASSWORD}behind").as_bytes());
        assert_eq!(found_in(inside.as_bytes(), PASSWORD), Some("base64"), "whatever stands before it: {before}");
    }
    assert_eq!(found_in(b"nothing of it", PASSWORD), None, "and nothing else is");
}

#[test]
fn a_saved_password_serves_a_program_that_starts_later_and_is_nowhere_else() -> Result<()> {
    let server = Server::start()?;
    let mut person = Person::with_keyring()?;
    let url = server.socket_url("billing");
    person.json(&["--db", &url, "migrate", "--roles", "--environment", "staging"], None)?;
    server.sql(
        "billing",
        "grant billing_writer to writer; grant billing_reader to reader; grant billing_owner to owner",
    )?;
    let (port, authority) = (server.port.to_string(), server.authority_file());

    let heard = person.listen()?;
    let added = person.run_with(&add(&port, &authority), Some(PASSWORD))?;
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    // Another process: nothing of the first one is left.
    let status = person.run(&["--connection", "eu", "status"])?;
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    let shown: serde_json::Value = serde_json::from_slice(&status.stdout)?;
    let database = &shown["database"];
    assert_eq!(database["login"], "writer", "the login of the connection");
    assert_eq!((&database["rights"], &database["connection"]["name"]), (&"writer".into(), &"eu".into()), "{database}");
    let test = person.json(&["connections", "test", "eu"], None)?;
    assert_eq!(test["ok"], true, "every step works: {test}");
    assert_eq!(test["steps"].as_array().map(Vec::len), Some(8), "each step is there");

    let said = heard.so_far()?;
    assert!(said.windows(23).any(|text| text == b"org.freedesktop.secrets"), "what programs say on the bus was heard");
    assert_eq!(found_in(&said, PASSWORD), None, "on the bus the password is encrypted");
    assert!(processes(PASSWORD)?.is_empty(), "no argument and no environment holds it");

    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(person.settings())?.permissions());
    assert_eq!(mode & 0o777, 0o600, "the settings are for their owner only");
    let mut found = Vec::new();
    let looked_at = search(person.home.path(), PASSWORD, &mut found)?;
    assert!(looked_at >= 3, "settings and keyring are among what was searched: {looked_at} files");
    assert!(found.is_empty(), "the password lies in {found:?}");
    for (what, output) in [("adding", &added), ("opening", &status)] {
        for text in [&output.stdout, &output.stderr] {
            assert_eq!(found_in(text, PASSWORD), None, "{what} said the password, with all logs on");
        }
    }
    // The server's log has the statements of the test itself, which set the password.
    let log = server.log()?;
    let by_program = log.lines().filter(|line| !line.contains("role")).collect::<Vec<_>>().join("\n");
    assert_eq!(found_in(by_program.as_bytes(), PASSWORD), None, "the server was never told it in the clear");

    person.json(&["connections", "edit", "eu", "--database", "postgres"], None)?;
    let (code, _) = person.error(&["--connection", "eu", "status"], None)?;
    assert_eq!(code, "password_missing", "a password for one database is not used for another");
    person.json(&["connections", "remove", "eu"], None)?;
    person.stop_keyring();
    Ok(())
}

#[test]
fn whoever_edits_the_settings_does_not_get_the_password_sent_elsewhere() -> Result<()> {
    let server = Server::start()?;
    let person = Person::with_keyring()?;
    let (port, authority) = (server.port.to_string(), server.authority_file());
    person.json(&add(&port, &authority), Some(PASSWORD))?;
    let settings = std::fs::read_to_string(person.settings())?;
    std::fs::write(person.settings(), settings.replace("database = \"billing\"", "database = \"postgres\""))?;
    let (code, message) = person.error(&["--connection", "eu", "status"], None)?;
    assert_eq!(code, "secret_missing", "the password was given for another target: {message}");
    let other = person.home.path().join("another-authority.pem");
    std::fs::copy(&authority, &other)?;
    for (strong, weak) in
        [("tls = \"verify_full\"", "tls = \"verify_ca\"".to_owned()), (&*authority, other.display().to_string())]
    {
        let weakened = settings.replace(strong, &weak);
        assert_ne!(weakened, settings, "{strong} is in the settings");
        std::fs::write(person.settings(), weakened)?;
        let (code, message) = person.error(&["--connection", "eu", "status"], None)?;
        assert_eq!(code, "secret_missing", "nor is it sent over a line that is verified in another way: {message}");
    }
    Ok(())
}

#[test]
fn rights_decide_what_a_connection_may_do() -> Result<()> {
    let server = Server::start()?;
    let person = Person::without_bus()?;
    let url = server.socket_url("billing");
    person.json(&["--db", &url, "migrate", "--roles", "--environment", "production"], None)?;
    server.sql(
        "billing",
        "grant billing_writer to writer; grant billing_reader to reader; grant billing_owner to owner",
    )?;
    let (port, authority) = (server.port.to_string(), server.authority_file());
    person.json(&add(&port, &authority), None)?;
    let change = ["--connection", "eu", "tenants", "erase-subject", "sbj_0", "--reason", "r", "--yes"];
    for (login, code) in [("owner", "owner_login"), ("postgres", "owner_login"), ("reader", "read_only")] {
        person.json(&["connections", "edit", "eu", "--user", login], None)?;
        let (found, sentence) = person.error(&change, Some(PASSWORD))?;
        assert_eq!(found, code, "{login}: {sentence}");
    }
    let (found, _) = person.error(&["--db", &url, "status"], None)?;
    assert_eq!(found, "owner_login", "a superuser does no daily work on production, by whatever way it comes");
    person.json(&["connections", "edit", "eu", "--user", "writer", "--writable", "false"], None)?;
    let (found, sentence) = person.error(&change, Some(PASSWORD))?;
    assert_eq!(found, "read_only", "a connection that says so changes nothing: {sentence}");
    person.json(&["connections", "edit", "eu", "--writable", "true"], None)?;
    let (found, sentence) = person.error(&change, Some(PASSWORD))?;
    assert_eq!(found, "not_confirmed", "production is changed by nobody who did not name it: {sentence}");
    let (found, sentence) = person.error(&[&change[..], &["--confirm", "Billing"]].concat(), Some(PASSWORD))?;
    assert_eq!(found, "malformed", "who named it is let in, to an id that is none: {sentence}");
    let allowed = person.error(&["connections", "edit", "eu", "--allow-owner", "true"], None)?;
    assert_eq!(allowed.0, "invalid_connection", "only a connection for development may allow an owner");
    Ok(())
}

/// As a cron job or a service has it: no bus, no terminal.
#[test]
fn a_service_takes_its_password_from_systemd_and_none_is_ever_an_argument() -> Result<()> {
    let server = Server::start()?;
    let mut person = Person::without_bus()?;
    let url = server.socket_url("billing");
    person.json(&["--db", &url, "migrate", "--roles", "--environment", "staging"], None)?;
    server.sql("billing", "grant billing_reader to reader")?;
    let (port, authority) = (server.port.to_string(), server.authority_file());
    person.json(&add(&port, &authority), None)?;
    person.json(&["connections", "edit", "eu", "--user", "reader"], None)?;
    let credentials = person.home.path().join("credentials");
    std::fs::create_dir(&credentials)?;
    std::fs::write(credentials.join("billing"), format!("{PASSWORD}\n"))?;
    let status = ["--connection", "eu", "--password-credential", "billing", "status"];
    assert_eq!(person.error(&status, None)?.0, "no_password", "outside of a service there are no credentials");
    person.variables = vec![("CREDENTIALS_DIRECTORY".to_owned(), credentials.display().to_string())];
    let shown = person.json(&status, None)?;
    assert_eq!(shown["database"]["login"], "reader", "the service is let in");
    let outside = ["--connection", "eu", "--password-credential", "../calls", "status"];
    assert_eq!(person.error(&outside, None)?.0, "no_password", "a name, not a way to another file");
    let argument = person.run(&["--connection", "eu", "--password", PASSWORD, "status"])?;
    assert_eq!(argument.status.code(), Some(2), "there is no argument for a password");
    for text in [&argument.stdout, &argument.stderr] {
        assert_eq!(found_in(text, PASSWORD), None, "and what was given by mistake is not said again");
    }
    Ok(())
}

/// A service whose folder of settings cannot be written still does its work.
#[test]
fn settings_that_cannot_be_written_keep_nobody_out() -> Result<()> {
    let server = Server::start()?;
    let person = Person::with_keyring()?;
    let url = server.socket_url("billing");
    person.json(&["--db", &url, "migrate", "--roles", "--environment", "staging"], None)?;
    server.sql("billing", "grant billing_writer to writer")?;
    let (port, authority) = (server.port.to_string(), server.authority_file());
    person.json(&add(&port, &authority), Some(PASSWORD))?;
    let settings = std::fs::read_to_string(person.settings())?;
    // A lock that cannot be opened to write, whoever asks.
    let lock = person.settings().with_extension("lock");
    std::fs::remove_file(&lock)?;
    std::fs::create_dir(&lock)?;
    let status = person.run(&["--connection", "eu", "status"])?;
    let said = String::from_utf8_lossy(&status.stderr).into_owned();
    assert!(status.status.success(), "it is let in: {said}");
    assert!(said.contains("could not be saved"), "and says what it could not note: {said}");
    assert_eq!(std::fs::read_to_string(person.settings())?, settings, "the settings are as they were");
    Ok(())
}
