//! The window: how long from the start of the program to the first numbers, and how much memory the program and its
//! web view hold, against a window of the same toolkit with an empty page.

use crate::figure::{Figure, Measured, Report, Target};
use crate::listed::{self, LISTED};
use crate::place::Place;
use anyhow::{Context, Result, bail, ensure};
use operations::bench::company::Extent;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use store::Engine;

/// Of so many starts the middle one counts; the first of all is thrown away, because it reads programs from the disk.
const STARTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);
/// After the first numbers, until nothing more is allocated.
const REST: Duration = Duration::from_secs(4);

/// Processes that end, all of them, when this is dropped.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        for signal in ["-TERM", "-KILL"] {
            let _ = Command::new("kill").args([signal, "--", &group]).stderr(Stdio::null()).status();
            let patience = Instant::now();
            while patience.elapsed() < Duration::from_secs(2) {
                if matches!(self.0.try_wait(), Ok(Some(_))) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// One start: how long, and how much memory.
#[derive(Clone, Copy)]
struct Start {
    time: Duration,
    bytes: u64,
}

/// What is started.
struct Window {
    program: PathBuf,
    arguments: Vec<String>,
    /// What it says when it is ready.
    says: &'static str,
}

/// Opens the program on a company of 10,000 tenants, and an empty window.
pub async fn measure(extent: Extent, report: &mut Report) -> Result<()> {
    let (Some(program), Some(empty)) = (beside("countinghouse")?, beside("examples/empty-window")?) else {
        report.note("The window was not measured: the program and the empty window are not built beside this.".into());
        return Ok(());
    };
    let place = Place::new(Engine::Sqlite).await?;
    listed::fill(&place, extent).await?;
    place.settle().await?;
    let file = place.file().context("a file")?.display().to_string();
    place.store.close().await;

    let (_display, display) = start_display()?;
    let program = Window { program, arguments: vec!["--db".to_owned(), file], says: "first figures" };
    let empty = Window { program: empty, arguments: Vec::new(), says: "page loaded" };
    let (mut programs, mut empties) = (Vec::new(), Vec::new());
    for number in 0..=STARTS {
        let (one, other) = (start(&program, &display)?, start(&empty, &display)?);
        if number > 0 {
            programs.push(one);
            empties.push(other);
        }
    }
    place.remove().await?;
    state(&mut programs, &mut empties, report);
    Ok(())
}

fn state(programs: &mut [Start], empties: &mut [Start], report: &mut Report) {
    let limit = "a window of the same toolkit with an empty page";
    let time = |starts: &mut [Start]| {
        starts.sort_by_key(|start| start.time);
        Measured::time(starts[starts.len() / 2].time)
    };
    let memory = |starts: &mut [Start]| {
        starts.sort_by_key(|start| start.bytes);
        Measured::Megabytes(starts[starts.len() / 2].bytes as f64 / 1e6)
    };
    let figure = |name: String, value, limit_value, target| Figure {
        name,
        place: "window",
        value,
        limit: Some((limit_value, limit)),
        target,
    };
    let name = format!("cold start to the first numbers, {LISTED} tenants");
    let (value, limit_value) = (time(programs), time(empties));
    report.add(figure(name.clone(), value, limit_value, Target::AtMost(Measured::Milliseconds(1_000.0))));
    report.add(figure(name, value, limit_value, Target::RatioAtMost(2.0)));
    let (value, limit_value) = (memory(programs), memory(empties));
    let name = format!("memory of program and web view (PSS), {LISTED} tenants");
    report.add(figure(name, value, limit_value, Target::RatioAtMost(1.7)));
}

/// A file of the same build.
fn beside(name: &str) -> Result<Option<PathBuf>> {
    let own = std::env::current_exe()?;
    let file = own.parent().context("this program is in a folder")?.join(name);
    Ok(file.is_file().then_some(file))
}

/// A display of its own, and its name.
fn start_display() -> Result<(Group, String)> {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    let mut child = command.spawn().context("Xvfb")?;
    let out = child.stdout.take().context("the output of Xvfb")?;
    let group = Group(child);
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    ensure!(!line.trim().is_empty(), "Xvfb did not start");
    Ok((group, format!(":{}", line.trim())))
}

/// Starts a window in a home and a D-Bus session of its own, waits until it is ready, and weighs it.
fn start(window: &Window, display: &str) -> Result<Start> {
    let home = tempfile::tempdir()?;
    let mut command = Command::new("dbus-run-session");
    command.arg("--").arg(&window.program).args(&window.arguments);
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
        command.env(name, home.path());
    }
    command.env("DISPLAY", display).env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env_remove("WAYLAND_DISPLAY");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    let begun = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
    let errors = child.stderr.take().context("the output of the window")?;
    let group = Group(child);
    let time = wait_for(errors, window.says, begun)?;
    std::thread::sleep(REST);
    let bytes = proportional_bytes(group.0.id())?;
    Ok(Start { time, bytes })
}

/// Reads what the window says in a thread of its own, because a window that hangs says nothing.
fn wait_for(errors: impl Read + Send + 'static, says: &'static str, begun: Instant) -> Result<Duration> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            if line.contains(says) && sender.send(begun.elapsed()).is_err() {
                break;
            }
        }
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(time) => Ok(time),
        Err(_) => bail!("the window did not say '{says}' in time"),
    }
}

/// The proportional set size of a process and everything below it, D-Bus itself left out.
fn proportional_bytes(root: u32) -> Result<u64> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in std::fs::read_dir("/proc")?.filter_map(Result::ok) {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if let Some(parent) = parent_of(&entry.path()) {
            children.entry(parent).or_default().push(process);
        }
    }
    let (mut bytes, mut waiting, mut seen) = (0, vec![root], HashSet::new());
    while let Some(process) = waiting.pop() {
        if !seen.insert(process) {
            continue;
        }
        waiting.extend(children.get(&process).into_iter().flatten());
        let folder = PathBuf::from(format!("/proc/{process}"));
        let name = std::fs::read_to_string(folder.join("comm")).unwrap_or_default();
        if !name.starts_with("dbus-") {
            bytes += pss_of(&folder);
        }
    }
    ensure!(bytes > 0, "the memory of a running window is not 0");
    Ok(bytes)
}

fn parent_of(folder: &Path) -> Option<u32> {
    let status = std::fs::read_to_string(folder.join("stat")).ok()?;
    // The name stands in parentheses and may hold blanks; state and parent follow it.
    status.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn pss_of(folder: &Path) -> u64 {
    let rollup = std::fs::read_to_string(folder.join("smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes: u64 = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    kilobytes * 1_024
}
