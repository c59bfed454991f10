//! The desktop's own file dialogs. WebDriver does not see them; they take keys as a person would give them.

use crate::window::{PATIENCE, Window};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

impl Window {
    /// Types a path into the dialog that asks where to save, and waits until the file is there.
    pub async fn save_as(&self, path: &Path) -> Result<()> {
        let dialog = self.dialog("Save File").await?;
        self.keys(&["windowfocus", "--sync", &dialog])?;
        self.keys(&["key", "--clearmodifiers", "ctrl+a"])?;
        self.keys(&["type", "--clearmodifiers", "--delay", "8", &path.display().to_string()])?;
        self.keys(&["key", "--clearmodifiers", "Return"])?;
        let start = Instant::now();
        while !path.exists() {
            if start.elapsed() > PATIENCE {
                self.picture(&crate::window::failure_picture()).ok();
                bail!("{} was not saved within {PATIENCE:?}", path.display());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Types a path into the dialog that asks which file to open.
    pub async fn open_file(&self, path: &Path) -> Result<()> {
        let dialog = self.dialog("Open File").await?;
        self.keys(&["windowfocus", "--sync", &dialog])?;
        self.keys(&["key", "--clearmodifiers", "ctrl+l"])?;
        self.keys(&["key", "--clearmodifiers", "ctrl+a"])?;
        self.keys(&["type", "--clearmodifiers", "--delay", "8", &path.display().to_string()])?;
        let start = Instant::now();
        while self.shown("Open File")?.is_some() {
            ensure!(start.elapsed() < PATIENCE, "the dialog stays open on {}", path.display());
            // The first one may be taken by the list of what could complete the path.
            self.keys(&["key", "--clearmodifiers", "Return"])?;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok(())
    }

    /// The X window of a dialog, waited for.
    async fn dialog(&self, title: &str) -> Result<String> {
        let start = Instant::now();
        loop {
            if let Some(id) = self.shown(title)? {
                return Ok(id);
            }
            if start.elapsed() > PATIENCE {
                self.picture(&crate::window::failure_picture()).ok();
                bail!("no dialog '{title}' within {PATIENCE:?}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The X window of a dialog that is there now.
    fn shown(&self, title: &str) -> Result<Option<String>> {
        let found = self.xdotool().args(["search", "--onlyvisible", "--name", title]).output()?;
        Ok(String::from_utf8_lossy(&found.stdout).lines().last().map(str::to_owned))
    }

    fn xdotool(&self) -> Command {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", self.display());
        command
    }

    fn keys(&self, words: &[&str]) -> Result<()> {
        let done = self.xdotool().args(words).output().context("xdotool")?;
        ensure!(done.status.success(), "xdotool {words:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    }
}
