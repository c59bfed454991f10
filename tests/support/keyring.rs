//! The other side of the Secret Service: a client that puts odd things into a real keyring, and a small service that
//! misbehaves as a real one cannot be asked to.
//!
//! Not a keyring: the service keeps nothing and gives nothing out.
#![expect(missing_docs, reason = "the macro of zbus makes items that nobody can document")]

use anyhow::{Context, Result};
use std::collections::HashMap;
use zbus::blocking::{Connection, Proxy, connection};
use zbus::fdo;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const ITEM: &str = "/org/freedesktop/secrets/collection/login/1";
const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";
const PROMPT: &str = "/org/freedesktop/secrets/prompt/1";
/// What a client asks for when it sends secrets as they are.
const PLAIN: &str = "plain";
const DEFAULT_COLLECTION: &str = "/org/freedesktop/secrets/aliases/default";

/// What the service does instead of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// It never answers.
    Silent,
    /// It refuses this program.
    Denies,
    /// It is locked, and the person closes its window.
    Dismissed,
    /// It is locked, and nobody looks at its window.
    Unattended,
    /// It ends in the middle.
    Dies,
}

struct Service(Misbehaviour);

struct Prompt(Misbehaviour);

fn path(text: &'static str) -> OwnedObjectPath {
    ObjectPath::from_static_str_unchecked(text).into()
}

#[zbus::interface(name = "org.freedesktop.Secret.Service")]
impl Service {
    async fn open_session(&self, _algorithm: String, _input: OwnedValue) -> fdo::Result<(OwnedValue, OwnedObjectPath)> {
        if self.0 == Misbehaviour::Silent {
            std::future::pending::<()>().await;
        }
        // Any number will do as the other half of a key: nothing is ever encrypted with it.
        let output =
            Value::from(vec![2_u8; 128]).try_to_owned().map_err(|error| fdo::Error::Failed(error.to_string()))?;
        Ok((output, path("/org/freedesktop/secrets/session/1")))
    }

    async fn search_items(
        &self,
        _attributes: HashMap<String, String>,
        #[zbus(connection)] connection: &zbus::Connection,
    ) -> fdo::Result<(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>)> {
        match self.0 {
            Misbehaviour::Denies => Err(fdo::Error::AccessDenied("this program may not".to_owned())),
            Misbehaviour::Dies => {
                let _gone = connection.clone().close().await;
                std::future::pending().await
            }
            _ => Ok((Vec::new(), vec![path(ITEM)])),
        }
    }

    async fn unlock(&self, _objects: Vec<OwnedObjectPath>) -> (Vec<OwnedObjectPath>, OwnedObjectPath) {
        (Vec::new(), path(PROMPT))
    }

    async fn read_alias(&self, _name: String) -> OwnedObjectPath {
        path(COLLECTION)
    }
}

#[zbus::interface(name = "org.freedesktop.Secret.Prompt")]
impl Prompt {
    async fn prompt(&self, _window_id: String, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> fdo::Result<()> {
        if self.0 == Misbehaviour::Dismissed {
            Self::completed(&emitter, true, Value::from("")).await?;
        }
        Ok(())
    }

    /// The window is closed.
    #[zbus(signal)]
    async fn completed(emitter: &SignalEmitter<'_>, dismissed: bool, result: Value<'_>) -> zbus::Result<()>;
}

/// Puts a service that misbehaves on a bus, until it is dropped.
///
/// # Errors
/// When the bus does not take it, because another service is there.
pub fn misbehaving(bus: &str, how: Misbehaviour) -> Result<Connection> {
    let service = connection::Builder::address(bus)?.serve_at(PATH, Service(how))?.serve_at(PROMPT, Prompt(how))?;
    service.name(NAME)?.build().context("a second keyring on the bus")
}

/// What an odd item of a keyring holds.
#[derive(Debug, Clone, Copy)]
pub struct OddItem<'a> {
    /// The account under which a program looks for it.
    pub username: &'a str,
    /// What it holds.
    pub content: &'a [u8],
}

/// Puts an item into the real keyring of a bus, beside those that are there, past the program.
///
/// # Errors
/// When the keyring does not take it.
pub fn put(bus: &str, OddItem { username, content }: OddItem<'_>) -> Result<()> {
    let bus = connection::Builder::address(bus)?.build()?;
    let service = Proxy::new(&bus, NAME, PATH, "org.freedesktop.Secret.Service")?;
    let (_, session): (OwnedValue, OwnedObjectPath) = service.call("OpenSession", &(PLAIN, Value::from("")))?;
    let attributes = HashMap::from([("service", "countinghouse"), ("username", username)]);
    let properties = HashMap::from([
        ("org.freedesktop.Secret.Item.Label", Value::from("odd")),
        ("org.freedesktop.Secret.Item.Attributes", Value::from(attributes)),
    ]);
    let secret = (session, Vec::<u8>::new(), content.to_vec(), "application/octet-stream");
    let collection = Proxy::new(&bus, NAME, DEFAULT_COLLECTION, "org.freedesktop.Secret.Collection")?;
    let replaces = false;
    let _made: (OwnedObjectPath, OwnedObjectPath) = collection.call("CreateItem", &(properties, secret, replaces))?;
    Ok(())
}

/// The accounts of this program's items in the real keyring of a bus.
///
/// # Errors
/// When the keyring does not answer.
pub fn usernames(bus: &str) -> Result<Vec<String>> {
    let bus = connection::Builder::address(bus)?.build()?;
    let service = Proxy::new(&bus, NAME, PATH, "org.freedesktop.Secret.Service")?;
    let wanted = HashMap::from([("service", "countinghouse")]);
    let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = service.call("SearchItems", &(wanted,))?;
    let name = |item: &OwnedObjectPath| -> Result<String> {
        let item = Proxy::new(&bus, NAME, item, "org.freedesktop.Secret.Item")?;
        let mut attributes: HashMap<String, String> = item.get_property("Attributes")?;
        attributes.remove("username").context("an item of this program has an account")
    };
    open.iter().chain(&locked).map(name).collect()
}
