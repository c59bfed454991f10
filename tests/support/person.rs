//! A person at a machine: XDG folders, a D-Bus session, perhaps a keyring, and the command line.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// Where this person's files lie, beneath home.
pub const XDG: [(&str, &str); 5] = [
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_RUNTIME_DIR", "run"),
];

/// A process that ends, with all its children, when it is dropped.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let _ended = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).status();
        let _status = self.0.wait();
    }
}

/// What programs say on a bus, from when the listening began.
pub struct Heard {
    _monitor: Group,
    file: tempfile::NamedTempFile,
}

impl Heard {
    /// All bytes up to now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn so_far(&self) -> Result<Vec<u8>> {
        Ok(std::fs::read(self.file.path())?)
    }
}

/// A person at a machine.
pub struct Person {
    /// Everything that this person has.
    pub home: TempDir,
    bus: Option<(Group, String)>,
    keyring: Option<Group>,
    /// Variables of the environment beside those that are always there.
    pub variables: Vec<(String, String)>,
}

impl Person {
    /// Without a bus, as over ssh.
    pub fn without_bus() -> Result<Self> {
        let home = tempfile::Builder::new().prefix("countinghouse-person-").tempdir()?;
        for (_, folder) in XDG {
            std::fs::create_dir(home.path().join(folder))?;
        }
        let run = home.path().join("run");
        ensure!(Command::new("chmod").arg("0700").arg(&run).status()?.success(), "a folder for sockets");
        Ok(Self { home, bus: None, keyring: None, variables: Vec::new() })
    }

    /// With a D-Bus session and no keyring.
    pub fn with_bus() -> Result<Self> {
        let mut person = Self::without_bus()?;
        // No service is started by its name: what speaks on this bus the test has started.
        let config = person.home.path().join("bus.conf");
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig><type>session</type>\
             <listen>unix:path={}</listen><policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            person.home.path().join("run/bus").display()
        );
        std::fs::write(&config, text)?;
        let mut bus = Command::new("dbus-daemon");
        bus.arg(format!("--config-file={}", config.display())).args(["--nofork", "--print-address"]);
        let mut bus = Group(bus.process_group(0).stdout(Stdio::piped()).spawn().context("dbus-daemon")?);
        let mut address = String::new();
        BufReader::new(bus.0.stdout.take().context("the bus says its address")?).read_line(&mut address)?;
        person.bus = Some((bus, address.trim().to_owned()));
        Ok(person)
    }

    /// With a D-Bus session and a real keyring that is open.
    pub fn with_keyring() -> Result<Self> {
        let mut person = Self::with_bus()?;
        person.start_keyring("--unlock")?;
        Ok(person)
    }

    /// Starts the keyring: with `--unlock` it is open, with `--start` locked until somebody opens it.
    pub fn start_keyring(&mut self, how: &str) -> Result<()> {
        self.keyring = None;
        let mut daemon = self.at_home("gnome-keyring-daemon");
        daemon.args(["--foreground", "--components=secrets"]);
        if how == "--unlock" {
            daemon.arg(how);
        }
        daemon.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = Group(daemon.spawn().context("gnome-keyring-daemon")?);
        let mut input = daemon.0.stdin.take().context("the keyring asks for its password")?;
        input.write_all(b"opens the keyring")?;
        drop(input);
        self.keyring = Some(daemon);
        for _ in 0..200 {
            let mut ask = self.at_home("dbus-send");
            ask.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]);
            ask.args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]);
            if String::from_utf8_lossy(&ask.output()?.stdout).contains("boolean true") {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        anyhow::bail!("the keyring did not come to the bus")
    }

    /// Listens to everything that is said on the bus.
    ///
    /// # Errors
    /// Without a bus.
    pub fn listen(&self) -> Result<Heard> {
        let file = tempfile::NamedTempFile::new()?;
        let mut monitor = self.at_home("dbus-monitor");
        monitor.args(["--address", self.bus()?, "--binary"]).process_group(0).stdout(file.reopen()?);
        let heard = Heard { _monitor: Group(monitor.spawn().context("dbus-monitor")?), file };
        for _ in 0..200 {
            // It is told its own name first.
            if !heard.so_far()?.is_empty() {
                return Ok(heard);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        anyhow::bail!("nothing was heard on the bus")
    }

    /// The keyring is gone.
    pub fn stop_keyring(&mut self) {
        self.keyring = None;
    }

    /// The file of settings.
    pub fn settings(&self) -> PathBuf {
        self.home.path().join("config/org.countinghouse.console/connections.toml")
    }

    /// The address of the D-Bus session.
    ///
    /// # Errors
    /// Over ssh there is none.
    pub fn bus(&self) -> Result<&str> {
        self.bus.as_ref().map(|(_, address)| address.as_str()).context("this person has no bus")
    }

    /// A program as this person starts it: nothing of the environment of the tests but the way to programs.
    pub fn at_home(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
        command.env("HOME", self.home.path());
        for (name, folder) in XDG {
            command.env(name, self.home.path().join(folder));
        }
        if let Some((_, address)) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", address);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs `countinghouse-cli --json`.
    pub fn run(&self, arguments: &[&str]) -> Result<Output> {
        self.run_with(arguments, None)
    }

    /// As [`Person::run`], with a password through standard input.
    pub fn run_with(&self, arguments: &[&str], password: Option<&str>) -> Result<Output> {
        let mut command = self.at_home(program("countinghouse-cli")?);
        command.arg("--json").args(arguments).env("RUST_LOG", "trace");
        if password.is_some() {
            command.args(["--password-fd", "0"]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut input = child.stdin.take().context("standard input")?;
        if let Some(password) = password {
            writeln!(input, "{password}")?;
        }
        drop(input);
        Ok(child.wait_with_output()?)
    }

    /// Runs a command that succeeds or finds something, and gives its answer.
    pub fn json(&self, arguments: &[&str], password: Option<&str>) -> Result<Value> {
        let output = self.run_with(arguments, password)?;
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {}", said());
        serde_json::from_slice(&output.stdout).with_context(said)
    }

    /// Runs a command that fails, and gives its code and sentence.
    pub fn error(&self, arguments: &[&str], password: Option<&str>) -> Result<(String, String)> {
        let output = self.run_with(arguments, password)?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(!output.status.success(), "{arguments:?} must fail: {}", String::from_utf8_lossy(&output.stdout));
        // The log goes the same way.
        let line = said.lines().rfind(|line| line.starts_with('{')).with_context(|| said.clone().into_owned())?;
        let error: Value = serde_json::from_str(line)?;
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        Ok((text("code"), text("message")))
    }
}

/// A program of this build.
pub fn program(name: &str) -> Result<PathBuf> {
    let tests = std::env::current_exe()?;
    let path = tests.ancestors().nth(2).context("tests lie in target/<profile>/deps")?.join(name);
    ensure!(path.exists(), "{} is not built: run make test", path.display());
    Ok(path)
}
