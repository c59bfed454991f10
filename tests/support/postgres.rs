//! A private PostgreSQL cluster that the tests start by themselves.
//!
//! One cluster serves all test processes of a run: initialising one takes seconds, and each test is a process. It
//! listens on a socket in a folder of its own and on no port. Every process that uses it holds a shared lock; a small
//! watchdog stops the cluster and removes it when nobody has held the lock for some seconds, so that nothing is left
//! over whatever way the tests end. `initdb` refuses root, so root starts it as the user `postgres`.

use anyhow::{Context, Result, ensure};
use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Part of the socket's name; nothing listens on a TCP port.
pub const PORT: u16 = 5432;
/// The cluster's superuser; local connections are trusted.
pub const SUPERUSER: &str = "postgres";

/// A running cluster.
pub struct Cluster {
    folder: PathBuf,
    /// Held for as long as this process lives.
    _in_use: File,
}

/// An empty database of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// The folder of the socket.
    pub socket_folder: PathBuf,
    /// The port in the socket's name.
    pub port: u16,
    /// Its name.
    pub name: String,
}

/// The cluster of this run, started by the first process that asks.
///
/// # Panics
/// When PostgreSQL cannot be started; the message has its log.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::join().expect("a private PostgreSQL can be started"))
}

/// A new, empty database.
///
/// # Panics
/// When it cannot be made.
pub fn fresh_database() -> Database {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let cluster = cluster();
    cluster
        .sql("postgres", &format!("drop database if exists {name}; create database {name}"))
        .expect("a fresh database can be made");
    Database { socket_folder: cluster.socket_folder(), port: PORT, name }
}

impl Database {
    /// The address for `--db`, as the superuser.
    pub fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@/{}?host={}&port={}", self.name, self.socket_folder.display(), self.port)
    }

    /// Runs statements as the superuser and gives what they print.
    ///
    /// # Errors
    /// What the server said.
    pub fn sql(&self, statements: &str) -> Result<String> {
        cluster().sql(&self.name, statements)
    }
}

impl Cluster {
    /// The folder of the socket.
    pub fn socket_folder(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// Runs statements in a database as the superuser, each in a transaction of its own, and gives what they print.
    ///
    /// # Errors
    /// What the server said.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        let mut command = Command::new(tool("psql")?);
        command.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", SUPERUSER, "-d", database, "-h"]);
        command.arg(self.socket_folder());
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            command.args(["-c", statement]);
        }
        let output = succeed(command)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Ends every server process at once, as a crash would, and starts the cluster again.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn crash(&self) -> Result<()> {
        let mut stop = as_owner(&tool("pg_ctl")?);
        stop.args(["-D", &text(&self.folder.join("data")), "-m", "immediate", "-w", "stop"]);
        succeed(stop)?;
        start(&self.folder)
    }

    fn join() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("countinghouse-tests-{}", owner_id()?));
        let starting = lock_file(&folder.with_extension("start"))?;
        starting.lock().context("another test process is starting the cluster")?;
        let in_use = lock_file(&folder.with_extension("use"))?;
        in_use.lock_shared().context("the cluster's lock")?;
        if !is_ready(&folder) {
            initialise(&folder)?;
            start(&folder)?;
            watch(&folder)?;
        }
        starting.unlock()?;
        Ok(Self { folder, _in_use: in_use })
    }
}

fn lock_file(path: &Path) -> Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path).with_context(|| text(path))
}

fn initialise(folder: &Path) -> Result<()> {
    let data = folder.join("data");
    let mut clear = Command::new("rm");
    clear.arg("-rf").arg(folder);
    succeed(clear)?;
    let mut make = as_owner(Path::new("mkdir"));
    make.args(["-m", "0755", "-p"]).arg(folder).arg(folder.join("socket"));
    succeed(make)?;
    let mut init = as_owner(&tool("initdb")?);
    init.args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]).arg(&data);
    succeed(init)?;
    Ok(())
}

fn start(folder: &Path) -> Result<()> {
    let log = folder.join("server.log");
    let options = format!(
        "-c listen_addresses='' -c port={PORT} -c unix_socket_directories='{}' -c max_connections=200 \
         -c shared_buffers=256MB -c max_wal_size=2GB -c log_statement=none -c log_line_prefix=@%d@",
        folder.join("socket").display()
    );
    let mut command = as_owner(&tool("pg_ctl")?);
    command.arg("-D").arg(folder.join("data")).arg("-l").arg(&log).args(["-w", "-t", "60", "-o", &options, "start"]);
    // A process group of its own, so that a test that is ended does not take the cluster with it.
    command.process_group(0);
    succeed(command).with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
    Ok(())
}

fn is_ready(folder: &Path) -> bool {
    let Ok(path) = tool("pg_isready") else { return false };
    let mut command = Command::new(path);
    command.args(["-q", "-t", "2", "-h"]).arg(folder.join("socket"));
    command.status().is_ok_and(|status| status.success())
}

/// Starts the watchdog: it holds no lock, and takes both before it stops the cluster, so no process can join then.
fn watch(folder: &Path) -> Result<()> {
    let script = r#"
        idle=0
        while [ "$idle" -lt 4 ]; do
            sleep 2
            if flock -n -x "$1.use" true; then idle=$((idle + 1)); else idle=0; fi
            if [ "$idle" -ge 4 ]; then
                exec 9>"$1.start"
                flock 9
                if ! flock -n -x "$1.use" true; then exec 9>&-; idle=0; continue; fi
                if [ "$(id -u)" = 0 ]; then
                    runuser -u postgres -- "$2" -D "$1/data" -m immediate -w stop
                else
                    "$2" -D "$1/data" -m immediate -w stop
                fi
                rm -rf "$1"
            fi
        done"#;
    Command::new("setsid")
        .args(["sh", "-c", script, "watchdog"])
        .arg(folder)
        .arg(tool("pg_ctl")?)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("the watchdog of the test cluster")?;
    Ok(())
}

/// A program of PostgreSQL; Debian keeps the server's outside the path.
///
/// # Errors
/// When it is not installed.
pub fn tool(name: &str) -> Result<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.filter_map(Result::ok).map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders
        .into_iter()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .with_context(|| format!("{name} is not installed: make test installs PostgreSQL"))
}

fn is_root() -> Result<bool> {
    Ok(owner_id()? == "0")
}

fn owner_id() -> Result<String> {
    let mut command = Command::new("id");
    command.arg("-u");
    Ok(String::from_utf8_lossy(&succeed(command)?.stdout).trim().to_owned())
}

/// A program as the user who owns the cluster: `initdb` refuses root.
pub fn as_owner(program: &Path) -> Command {
    let mut command = if is_root().unwrap_or(false) {
        let mut command = Command::new("runuser");
        command.args(["-u", SUPERUSER, "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    command
}

/// Runs a program that must succeed. One that starts a server inherits no pipe: it would keep the test from ending.
///
/// # Errors
/// When it fails, with what it said.
pub fn succeed(mut command: Command) -> Result<Output> {
    let is_server = command.get_args().any(|argument| argument == "start");
    if is_server {
        // A server that inherits a pipe keeps the test from ending.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        ensure!(status.success(), "{command:?} ended with {status}");
        return Ok(Output { status, stdout: Vec::new(), stderr: Vec::new() });
    }
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_databases_of_a_run_do_not_see_each_other() {
        let (one, other) = (fresh_database(), fresh_database());
        one.sql("create table t (x integer); insert into t values (7)").unwrap();
        assert_eq!(one.sql("select x from t").unwrap(), "7", "a database keeps what it was given");
        assert!(other.sql("select x from t").is_err(), "another database of the run is empty");
    }
}
