//! The settings file: all connections, without secrets, written whole or not at all.
//!
//! TOML, so that a person can read it. Two programs that change it at once queue at a lock beside it.

use super::profile::{Profile, checked};
use crate::error::{OperationError, Result};
use crate::wire::ConnectionForm;
use billing::ids::ConnectionId;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;
const MAX_BYTES: u64 = 1 << 20;
/// The most connections.
pub(super) const MOST: usize = 200;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u32,
    #[serde(default, rename = "connection")]
    connections: Vec<KeptConnection>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptConnection {
    id: ConnectionId,
    /// Whether the password is in the keyring. Never the password.
    in_keyring: bool,
    last_used_at: Option<String>,
    settings: ConnectionForm,
}

#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
}

/// The settings file.
#[derive(Debug, Clone)]
pub(super) struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// All connections; none without a file.
    pub(super) fn read(&self) -> Result<Vec<Profile>> {
        let Some(text) = self.text()? else { return Ok(Vec::new()) };
        let version: Version = toml::from_str(&text).map_err(|error| self.damaged(error.message()))?;
        if version.version > VERSION {
            let sentence = "The saved connections are from a newer program: use that one.";
            return Err(OperationError::refused("settings_newer", sentence));
        }
        let kept: Kept = toml::from_str(&text).map_err(|error| self.damaged(error.message()))?;
        kept.connections.into_iter().map(|kept| self.profile(kept)).collect()
    }

    /// Changes the connections; nothing is written when `change` fails.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Vec<Profile>) -> Result<T>) -> Result<T> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| self.unwritable(error))?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(self.path.with_extension("lock"));
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock)).map_err(|error| self.unwritable(error))?;
        let mut profiles = self.read()?;
        let done = change(&mut profiles)?;
        self.write(folder, &profiles)?;
        drop(lock);
        Ok(done)
    }

    fn text(&self) -> Result<Option<String>> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|error| self.damaged(&error.to_string()))?,
        };
        let mut text = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| self.damaged(&error.to_string()))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(self.damaged("it is larger than 1 MiB"));
        }
        Ok(Some(text))
    }

    fn profile(&self, kept: KeptConnection) -> Result<Profile> {
        let last_used_at = kept.last_used_at.map(|at| at.parse()).transpose();
        Ok(Profile {
            id: kept.id,
            form: checked(kept.settings).map_err(|error| self.damaged(&error.to_string()))?,
            in_keyring: kept.in_keyring,
            last_used_at: last_used_at.map_err(|_| self.damaged("a time that is none"))?,
        })
    }

    /// To a new file in the same folder, for its owner only, down to the disk, then in the place of the old one.
    fn write(&self, folder: &Path, profiles: &[Profile]) -> Result<()> {
        let kept = |profile: &Profile| KeptConnection {
            id: profile.id,
            in_keyring: profile.in_keyring,
            last_used_at: profile.last_used_at.map(|at| at.to_string()),
            settings: profile.form.clone(),
        };
        let kept = Kept { version: VERSION, connections: profiles.iter().map(kept).collect() };
        let text = toml::to_string(&kept).expect("names, numbers and words are TOML");
        let written = || -> std::io::Result<()> {
            // Made with mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            #[cfg(unix)]
            File::open(folder)?.sync_all()?;
            Ok(())
        };
        written().map_err(|error| self.unwritable(error))
    }

    fn damaged(&self, why: &str) -> OperationError {
        let sentence = format!("The saved connections in {} cannot be read. Nothing was changed.", self.path.display());
        OperationError::failed("settings_damaged", sentence).because(why.to_owned())
    }

    fn unwritable(&self, error: std::io::Error) -> OperationError {
        let sentence = format!("The connections could not be saved in {}.", self.path.display());
        OperationError::failed("cannot_write", sentence).because(error)
    }
}
