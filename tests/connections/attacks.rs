//! What an environment, an address or something on the way might do to a connection, each with its message (promise 23).

use anyhow::Result;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use support::person::Person;
use support::server::{HOST, PASSWORD, Server, Shown};

struct Case {
    server: Server,
    person: Person,
}

impl Case {
    fn new() -> Result<Self> {
        let server = Server::start()?;
        let person = Person::without_bus()?;
        let url = server.socket_url("billing");
        person.json(&["--db", &url, "migrate", "--roles", "--environment", "production"], None)?;
        server.sql("billing", "grant billing_writer to writer")?;
        let (port, authority) = (server.port.to_string(), server.authority_file());
        let add =
            ["connections", "add", "eu", "--host", HOST, "--port", &port, "--database", "billing", "--user", "writer"];
        let tls = ["--tls", "verify-full", "--root-certificate", &authority];
        person.json(&[&add[..], &tls[..]].concat(), None)?;
        Ok(Self { server, person })
    }

    fn code(&self) -> Result<String> {
        Ok(self.person.error(&["--connection", "eu", "status"], Some(PASSWORD))?.0)
    }

    /// Opens, and gives where it came to.
    fn opens(&self) -> Result<String> {
        let status = self.person.json(&["--connection", "eu", "status"], Some(PASSWORD))?;
        Ok(status["database"]["location"].as_str().unwrap_or_default().to_owned())
    }
}

#[test]
fn no_certificate_but_the_right_one_is_taken() -> Result<()> {
    let case = Case::new()?;
    let location = format!("writer@{HOST}:{}/billing", case.server.port);
    assert_eq!(case.opens()?, location, "with the right one it opens");
    let table = [
        (Shown::Expired, "certificate_expired"),
        (Shown::NotYet, "certificate_not_yet_valid"),
        (Shown::OtherHost, "certificate_other_host"),
        (Shown::UnknownAuthority, "certificate_unknown_authority"),
        (Shown::SelfSigned, "certificate_self_signed"),
    ];
    for (shown, code) in table {
        case.server.present(shown)?;
        assert_eq!(case.code()?, code, "{shown:?}");
        let test = case.person.json(&["connections", "test", "eu"], Some(PASSWORD))?;
        assert_eq!((&test["ok"], &test["steps"][3]["code"]), (&false.into(), &code.into()), "the test says it, too");
        assert_eq!(test["steps"][4]["outcome"], "skipped", "{shown:?}: nobody logged in");
    }
    case.server.present(Shown::Right)?;
    case.server.offer_tls("off")?;
    assert_eq!(case.code()?, "tls_not_offered", "a server without TLS");
    case.server.offer_tls("on")?;
    assert_eq!(case.opens()?, location, "and with TLS again");
    Ok(())
}

#[test]
fn nothing_of_the_environment_weakens_or_moves_a_connection() -> Result<()> {
    let mut case = Case::new()?;
    let location = case.opens()?;
    let service = case.person.home.path().join("pg_service.conf");
    std::fs::write(&service, "[trap]\nhost=127.0.0.1\nport=1\ndbname=trap\nsslmode=disable\n")?;
    let pgpass = case.person.home.path().join(".pgpass");
    std::fs::write(&pgpass, "*:*:*:*:not the password\n")?;
    let unheeded = [
        ("PGSSLMODE", "disable"),
        ("PGHOST", "127.0.0.1"),
        ("PGHOSTADDR", "127.0.0.1"),
        ("PGPORT", "1"),
        ("PGUSER", "postgres"),
        ("PGDATABASE", "postgres"),
        ("PGPASSWORD", "not the password"),
        ("PGPASSFILE", &pgpass.display().to_string()),
        ("PGSERVICE", "trap"),
        ("PGSERVICEFILE", &service.display().to_string()),
        ("PGAPPNAME", "somebody else"),
        ("DATABASE_URL", "postgres://127.0.0.1:1/trap?sslmode=disable"),
    ];
    for (name, value) in unheeded {
        case.person.variables = vec![(name.to_owned(), value.to_owned())];
        assert_eq!(case.opens()?, location, "{name} changes nothing");
    }
    case.person.variables = unheeded.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    assert_eq!(case.opens()?, location, "nor do all of them");
    let without = case.person.error(&["--connection", "eu", "status"], None)?;
    assert_eq!(without.0, "password_missing", "no password of the environment or of a file stands in");
    for name in ["PGOPTIONS", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        case.person.variables = vec![(name.to_owned(), "/nowhere".to_owned())];
        let (code, message) = case.person.error(&["--connection", "eu", "status"], Some(PASSWORD))?;
        assert_eq!(code, "environment_refused", "{name} could not be taken back, so it is an error");
        assert!(message.contains(name), "it is named: {message}");
    }
    Ok(())
}

#[test]
fn no_address_and_no_form_weakens_a_line_that_leaves_the_machine() -> Result<()> {
    let person = Person::without_bus()?;
    let table = [
        ("postgres://writer@db.example/billing?sslmode=disable", "invalid_database"),
        ("postgres://writer:secret@db.example/billing", "password_in_address"),
        ("postgres://writer@db.example/billing?password=secret", "password_in_address"),
        ("postgres://writer@db.example/billing?passfile=/tmp/p", "password_in_address"),
        ("host=db.example dbname=billing sslmode=disable", "invalid_database"),
    ];
    for (address, code) in table {
        assert_eq!(person.error(&["--db", address, "status"], None)?.0, code, "{address}");
    }
    let add = ["connections", "add", "eu", "--database", "billing", "--user", "writer", "--host"];
    for host in ["db.example", "10.0.0.1", "localhost.evil.example"] {
        let (code, _) = person.error(&[&add[..], &[host, "--tls", "off"]].concat(), None)?;
        assert_eq!(code, "invalid_connection", "{host} without TLS");
        let added = person.json(&[&add[..], &[host]].concat(), None)?;
        assert_eq!(added["settings"]["tls"], "verify_full", "{host}: the strictest where nothing is said");
        person.json(&["connections", "remove", "eu"], None)?;
    }
    Ok(())
}

/// Something on the way that says that the server has no TLS, and listens to what is said then.
fn stripping_proxy() -> Result<(u16, std::sync::mpsc::Receiver<Vec<u8>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let (send, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let answer = |mut stream: TcpStream| -> std::io::Result<Vec<u8>> {
            let mut request = [0; 8];
            stream.read_exact(&mut request)?;
            stream.write_all(b"N")?;
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest)?;
            Ok(rest)
        };
        for stream in listener.incoming().flatten() {
            let _heard = send.send(answer(stream).unwrap_or_default());
        }
    });
    Ok((port, heard))
}

#[test]
fn a_proxy_that_strips_tls_hears_nothing() -> Result<()> {
    let case = Case::new()?;
    let (port, heard) = stripping_proxy()?;
    case.person.json(&["connections", "edit", "eu", "--port", &port.to_string()], None)?;
    assert_eq!(case.code()?, "tls_not_offered", "it is not gone on without");
    let said = heard.recv_timeout(std::time::Duration::from_secs(5))?;
    assert!(said.is_empty(), "not even the user was said: {said:?}");
    Ok(())
}

#[test]
fn every_other_obstacle_has_its_name() -> Result<()> {
    let case = Case::new()?;
    let edit = |words: &[&str]| case.person.json(&[&["connections", "edit", "eu"], words].concat(), None);
    let port = case.server.port.to_string();
    let wrong = case.person.error(&["--connection", "eu", "status"], Some("not the password"))?;
    assert_eq!(wrong.0, "login_refused", "a wrong password");
    let table = [
        (["--database", "nothing", "--user", "writer"], "no_such_database"),
        (["--port", "1", "--database", "billing"], "no_answer"),
        (["--host", "no-such-host.invalid", "--port", &port], "name_unknown"),
        (["--host", HOST, "--root-certificate", "/nowhere.pem"], "certificate_file"),
    ];
    for (words, code) in table {
        edit(&words)?;
        assert_eq!(case.code()?, code, "{words:?}");
    }
    Ok(())
}
