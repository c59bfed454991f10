//! Saved connections against keyrings that behave in every way a keyring can: what is kept, what is said, how long it
//! takes. The real keyrings and servers are in the tests package.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use billing::time::Timestamp;
use operations::connect::{Connections, Keyring, KeyringError, SecretName};
use operations::host::FixedHost;
use operations::wire::{ConnectionForm, Environment, KeepSecret, SecretInput, SecretPlace, TlsChoice};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How a keyring behaves.
#[derive(Clone)]
enum Mood {
    Good,
    Fails(KeyringError),
    Hangs,
}

struct Double {
    mood: Mutex<Mood>,
    kept: Mutex<HashMap<String, String>>,
    /// What somebody else does while this keyring takes its time to keep a password.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Double {
    fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self { mood: Mutex::new(mood), kept: Mutex::default(), meanwhile: Mutex::default() })
    }

    fn answer(&self) -> Result<(), KeyringError> {
        let mood = self.mood.lock().unwrap().clone();
        match mood {
            Mood::Good => Ok(()),
            Mood::Fails(error) => Err(error),
            Mood::Hangs => loop {
                std::thread::park();
            },
        }
    }
}

impl Keyring for Double {
    fn read(&self, name: &SecretName) -> Result<Option<SecretString>, KeyringError> {
        self.answer()?;
        Ok(self.kept.lock().unwrap().get(name.as_str()).cloned().map(SecretString::from))
    }

    fn keep(&self, name: &SecretName, secret: &SecretString) -> Result<(), KeyringError> {
        self.answer()?;
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        self.kept.lock().unwrap().insert(name.as_str().to_owned(), secret.expose_secret().to_owned());
        Ok(())
    }

    fn forget(&self, name: &SecretName) -> Result<(), KeyringError> {
        self.answer()?;
        self.kept.lock().unwrap().remove(name.as_str());
        Ok(())
    }
}

fn form(name: &str) -> ConnectionForm {
    ConnectionForm {
        name: name.to_owned(),
        environment: Environment::Production,
        host: "db.example".to_owned(),
        port: 5432,
        database: "billing".to_owned(),
        user: "dana".to_owned(),
        tls: TlsChoice::VerifyFull,
        root_certificate: None,
        client_certificate: None,
        client_key: None,
        read_only: true,
        allow_owner: false,
        connect_timeout_s: 1,
        statement_timeout_s: None,
    }
}

fn secret(keep: KeepSecret) -> Option<SecretInput> {
    Some(SecretInput { text: "a password".to_owned().into(), keep })
}

struct Desk {
    folder: tempfile::TempDir,
    keyring: Arc<Double>,
    connections: Connections,
    host: FixedHost,
}

impl Desk {
    fn new(mood: Mood) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Double::new(mood);
        let file = folder.path().join("settings/connections.toml");
        let at: Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
        let connections = Connections::new(file, Arc::<Double>::clone(&keyring));
        Self { folder, keyring, connections, host: FixedHost::at(at) }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("settings/connections.toml")
    }
}

#[tokio::test]
async fn a_keyring_that_fails_keeps_nothing_and_says_the_way_on() {
    let table = [
        (Mood::Fails(KeyringError::Unavailable("no bus".into())), "keyring_unavailable"),
        (Mood::Fails(KeyringError::Locked("dismissed".into())), "keyring_locked"),
        (Mood::Fails(KeyringError::Denied("no".into())), "keyring_denied"),
        (Mood::Fails(KeyringError::Ambiguous), "keyring_ambiguous"),
        (Mood::Fails(KeyringError::Damaged), "keyring_damaged"),
        (Mood::Fails(KeyringError::Failed("it broke".into())), "keyring_failed"),
        (Mood::Hangs, "keyring_timeout"),
    ];
    for (mood, code) in table {
        let desk = Desk::new(mood);
        let started = Instant::now();
        let error = desk.connections.add(&desk.host, form("eu"), secret(KeepSecret::Keyring)).await.unwrap_err();
        assert_eq!(error.code(), code, "each state has its own code");
        assert!(started.elapsed() < Duration::from_secs(6), "{code} is said within seconds");
        assert!(!desk.file().exists(), "{code}: nothing is saved without its password");
        let row = desk.connections.add(&desk.host, form("eu"), secret(KeepSecret::Run)).await.unwrap();
        assert_eq!(row.secret, SecretPlace::Run, "{code}: for this run it can be kept");
        assert!(desk.keyring.kept.lock().unwrap().is_empty(), "{code}: and the keyring is not asked");
        let text = std::fs::read_to_string(desk.file()).unwrap();
        assert!(!text.contains("a password"), "{code}: no password in the file");
    }
}

#[tokio::test]
async fn a_password_goes_with_its_connection() {
    let desk = Desk::new(Mood::Good);
    let row = desk.connections.add(&desk.host, form("eu"), secret(KeepSecret::Keyring)).await.unwrap();
    assert_eq!(row.secret, SecretPlace::Keyring, "it is in the keyring");
    let renamed = desk.connections.edit("eu", form("eu, old"), None).await.unwrap();
    assert_eq!(renamed.secret, SecretPlace::Keyring, "a name is no target");
    let copy = desk.connections.duplicate(&desk.host, "eu, old", "copy").await.unwrap();
    assert_eq!(copy.secret, SecretPlace::None, "a copy has no password");
    let moved = ConnectionForm { host: "elsewhere.example".to_owned(), ..form("eu, old") };
    let moved = desk.connections.edit(&row.connection_id, moved, None).await.unwrap();
    assert_eq!(moved.secret, SecretPlace::None, "another server does not get the password of this one");
    assert!(desk.keyring.kept.lock().unwrap().is_empty(), "the old one is forgotten");
    desk.connections.edit("copy", form("copy"), secret(KeepSecret::Keyring)).await.unwrap();
    *desk.keyring.mood.lock().unwrap() = Mood::Fails(KeyringError::Locked("dismissed".into()));
    let removed = desk.connections.remove("copy").await.unwrap();
    assert!(removed.secret_left.is_some(), "what could not be forgotten is said");
    assert_eq!(desk.connections.list().unwrap().len(), 1, "the connection is gone all the same");
}

#[tokio::test]
async fn a_form_beyond_its_limits_is_refused_at_its_field() {
    let desk = Desk::new(Mood::Good);
    let long = "x".repeat(5_000);
    let cases: Vec<(&str, ConnectionForm)> = vec![
        ("name", ConnectionForm { name: " ".into(), ..form("eu") }),
        ("name", ConnectionForm { name: long.clone(), ..form("eu") }),
        ("name", ConnectionForm { name: "a\u{7}b".into(), ..form("eu") }),
        ("host", ConnectionForm { host: String::new(), ..form("eu") }),
        ("host", ConnectionForm { host: "postgres://x".into(), ..form("eu") }),
        ("host", ConnectionForm { host: "u@h".into(), ..form("eu") }),
        ("host", ConnectionForm { host: "a b".into(), ..form("eu") }),
        ("port", ConnectionForm { port: 0, ..form("eu") }),
        ("database", ConnectionForm { database: long.clone(), ..form("eu") }),
        ("user", ConnectionForm { user: "a\0b".into(), ..form("eu") }),
        ("tls", ConnectionForm { tls: TlsChoice::Off, ..form("eu") }),
        ("tls", ConnectionForm { host: "/run/postgresql".into(), ..form("eu") }),
        ("root_certificate", ConnectionForm { root_certificate: Some("relative.pem".into()), ..form("eu") }),
        ("client_key", ConnectionForm { client_certificate: Some("/c.pem".into()), ..form("eu") }),
        ("connect_timeout_s", ConnectionForm { connect_timeout_s: 0, ..form("eu") }),
        ("statement_timeout_s", ConnectionForm { statement_timeout_s: Some(0), ..form("eu") }),
        ("environment", ConnectionForm { environment: Environment::Sample, ..form("eu") }),
        ("allow_owner", ConnectionForm { allow_owner: true, ..form("eu") }),
    ];
    for (field, case) in cases {
        let error = desk.connections.add(&desk.host, case, None).await.unwrap_err().to_wire();
        assert_eq!((error.code.as_str(), error.field.as_deref()), ("invalid_connection", Some(field)), "{error:?}");
    }
    for text in ["", "a\0b", &long] {
        let given = SecretInput { text: text.to_owned().into(), keep: KeepSecret::Run };
        let error = desk.connections.add(&desk.host, form("eu"), Some(given)).await.unwrap_err();
        assert_eq!(error.code(), "invalid_secret", "a password has its limits, too");
    }
    assert!(!desk.file().exists(), "nothing of it was saved");
    desk.connections.add(&desk.host, form("eu"), None).await.unwrap();
    let again = desk.connections.add(&desk.host, form("EU"), None).await.unwrap_err();
    assert_eq!(again.code(), "name_taken", "two connections are never mixed up by their names");
}

#[tokio::test]
async fn the_settings_file_is_whole_or_as_it_was() {
    let desk = Desk::new(Mood::Good);
    desk.connections.add(&desk.host, form("eu"), None).await.unwrap();
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(desk.file()).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "for its owner only");
    }
    let good = std::fs::read_to_string(desk.file()).unwrap();
    for (text, code) in [
        ("not toml at all [", "settings_damaged"),
        ("version = 2\nsomething = \"new\"\n", "settings_newer"),
        (&good.replace("port = 5432", "port = 0"), "settings_damaged"),
        (&good.replace("tls = \"verify_full\"", "tls = \"off\""), "settings_damaged"),
    ] {
        std::fs::write(desk.file(), text).unwrap();
        assert_eq!(desk.connections.list().unwrap_err().code(), code, "{text}");
        let error = desk.connections.add(&desk.host, form("us"), None).await.unwrap_err();
        assert_eq!(error.code(), code, "nothing is added to what cannot be read");
        assert_eq!(std::fs::read_to_string(desk.file()).unwrap(), text, "and nothing of it is overwritten");
    }
    std::fs::write(desk.file(), &good).unwrap();
    let left: Vec<_> =
        std::fs::read_dir(desk.file().parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the file and its lock, and no drafts: {left:?}");
}

#[tokio::test]
async fn a_test_ends_at_the_step_that_fails() {
    let desk = Desk::new(Mood::Good);
    // On the loopback without TLS: what the environment says of authorities does not matter here.
    let form = ConnectionForm { host: "127.0.0.1".to_owned(), port: 1, tls: TlsChoice::Off, ..form("eu") };
    let test = desk.connections.test(&desk.host, None, form, None).await.unwrap();
    assert!(!test.ok, "it cannot be opened");
    let failed: Vec<_> = test.steps.iter().filter_map(|step| step.code.clone()).collect();
    assert_eq!(failed, ["no_answer"], "one step failed, and it is named");
    assert_eq!(test.steps.len(), 8, "each step is there");
    assert!(!desk.file().exists(), "a test saves nothing");
}

/// The names of what the keyring holds.
fn kept(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> = desk.keyring.kept.lock().unwrap().keys().cloned().collect();
    names.sort();
    names
}

#[tokio::test]
async fn two_who_edit_at_once_leave_no_password_that_nobody_knows_of() {
    let desk = Desk::new(Mood::Good);
    let row = desk.connections.add(&desk.host, form("eu"), secret(KeepSecret::Keyring)).await.unwrap();
    // While the first one's password for another server is being kept, the second one moves the connection to a third.
    let (file, keyring, id) = (desk.file(), Arc::clone(&desk.keyring), row.connection_id.clone());
    let move_it = move || {
        let other = Connections::new(file, keyring);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let moved = ConnectionForm { host: "third.example".to_owned(), ..form("eu") };
        runtime.block_on(other.edit(&id, moved, secret(KeepSecret::Keyring))).unwrap();
    };
    *desk.keyring.meanwhile.lock().unwrap() = Some(Box::new(move_it));
    let elsewhere = ConnectionForm { host: "elsewhere.example".to_owned(), ..form("eu") };
    let edited = desk.connections.edit(&row.connection_id, elsewhere, secret(KeepSecret::Keyring)).await.unwrap();
    assert_eq!(edited.secret, SecretPlace::Keyring, "the last one has its way");
    let names = kept(&desk);
    assert_eq!(names.len(), 1, "the passwords of both servers before are forgotten: {names:?}");
    assert!(names[0].contains("elsewhere.example"), "{names:?}");
}

#[tokio::test]
async fn a_change_that_cannot_be_saved_leaves_no_password() {
    let desk = Desk::new(Mood::Good);
    let row = desk.connections.add(&desk.host, form("eu"), None).await.unwrap();
    let lock = desk.file().with_extension("lock");
    let unwritable = {
        let lock = lock.clone();
        move || {
            std::fs::remove_file(&lock).unwrap();
            std::fs::create_dir(&lock).unwrap();
        }
    };
    *desk.keyring.meanwhile.lock().unwrap() = Some(Box::new(unwritable));
    let refused = desk.connections.edit(&row.connection_id, form("eu"), secret(KeepSecret::Keyring)).await.unwrap_err();
    assert_eq!(refused.code(), "cannot_write", "the settings could not be written");
    assert_eq!(kept(&desk), Vec::<String>::new(), "and the keyring holds nothing that they do not say");
}
