//! The program's real window under a virtual display, driven by WebKit's WebDriver.
//!
//! Each window has a display, a D-Bus session and XDG folders of its own, and ends with its whole process groups.
//! Pictures come from the X server, because WebDriver's own hang on an idle page.

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::person::{Person, program};
use thirtyfour::{By, Capabilities, Key, WebDriver, WebElement};

/// How long a screen may take on a loaded machine before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A process that ends, with all its children, when it is dropped.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Result<Self> {
        Ok(Self(command.process_group(0).spawn().with_context(|| format!("{command:?}"))?))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", "--", &format!("-{}", self.0.id())]).status();
        for _ in 0..20 {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// What a window is opened on.
#[derive(Default)]
pub struct Opening {
    /// `--db`; none for the sample company of a first start.
    pub database: Option<String>,
    /// `LANG`; none for `en_GB.UTF-8`.
    pub lang: Option<&'static str>,
}

/// The program's window.
pub struct Window {
    /// The page.
    pub page: WebDriver,
    display: String,
    // Dropped in this order: driver (and program), display, then perhaps the person with their bus.
    _driver: Group,
    _xvfb: Group,
    person: Arc<Person>,
}

impl Window {
    /// Opens the program for a new person and waits for its frame.
    pub async fn open(opening: Opening) -> Result<Self> {
        Self::open_for(&Arc::new(Person::with_bus()?), opening).await
    }

    /// Opens the program for a person: what another window of theirs has saved is there.
    pub async fn open_for(person: &Arc<Person>, opening: Opening) -> Result<Self> {
        let (xvfb, display) = start_display()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = person.at_home("WebKitWebDriver");
        // Kept where tests search for passwords: what the program says is among what must not hold one.
        let log = std::fs::OpenOptions::new().create(true).append(true).open(person.home.path().join("window.log"))?;
        command.arg(format!("--port={port}")).stdout(log.try_clone()?).stderr(log).env("RUST_LOG", "debug");
        command
            .env("DISPLAY", &display)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("LANG", opening.lang.unwrap_or("en_GB.UTF-8"));
        let driver = Group::start(&mut command)?;
        let mut arguments = Vec::new();
        if let Some(database) = &opening.database {
            arguments.extend(["--db".to_owned(), database.clone()]);
        }
        let mut capabilities = Capabilities::new();
        // The name by which wry announces itself; another one is refused as not matching.
        capabilities.set("browserName", "wry")?;
        capabilities
            .set("webkitgtk:browserOptions", json!({ "binary": program("countinghouse")?, "args": arguments }))?;
        let page = connect(port, capabilities).await?;
        Ok(Self { page, display, _driver: driver, _xvfb: xvfb, person: Arc::clone(person) })
    }

    /// The folder that holds the program's data.
    pub fn data(&self) -> PathBuf {
        self.person.home.path().join("data")
    }

    /// The X display that the window is on.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Leads to an address of the page.
    pub async fn go(&self, address: &str) -> Result<()> {
        self.page.execute(format!("window.location.hash = '#{address}'"), vec![]).await?;
        Ok(())
    }

    /// The element with a test id, waited for.
    pub async fn find(&self, test_id: &str) -> Result<WebElement> {
        self.find_css(&format!("[data-testid='{test_id}']")).await
    }

    /// The first element of a selector, waited for until it is shown.
    ///
    /// It asks the page itself: WebKit's own answer is no for text in a box that would hide its overflow.
    pub async fn find_css(&self, selector: &str) -> Result<WebElement> {
        let quoted = serde_json::to_string(selector)?;
        let shown = format!(
            "((it) => it && it.getClientRects().length && getComputedStyle(it).visibility === 'visible')\
             (document.querySelector({quoted}))"
        );
        let start = Instant::now();
        loop {
            self.wait(selector, &shown).await?;
            // A page that is drawn anew in between has another element of that name.
            match self.page.find(By::Css(selector)).await {
                Ok(element) => return Ok(element),
                Err(error) if start.elapsed() > PATIENCE => return Err(error).context(selector.to_owned()),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Clicks the element with a test id, as soon as nothing lies over it.
    pub async fn click(&self, test_id: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.find(test_id).await?.click().await {
                Ok(()) => return Ok(()),
                Err(error) if start.elapsed() > PATIENCE => {
                    self.picture(&failure_picture()).ok();
                    return Err(error).with_context(|| format!("a click on {test_id}"));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Types into the element with a test id.
    pub async fn fill(&self, test_id: &str, text: &str) -> Result<()> {
        let field = self.find(test_id).await?;
        field.click().await?;
        field.send_keys(Key::Control + "a").await?;
        Ok(field.send_keys(text).await?)
    }

    /// Chooses an option of a select by its value.
    pub async fn choose(&self, test_id: &str, value: &str) -> Result<()> {
        self.click(test_id).await?;
        let option = format!(
            "[...document.querySelectorAll('[role=option]')].find((item) => item.getAttribute('value') === '{value}')"
        );
        self.wait("the option", &option).await?;
        self.page.execute(format!("{option}.click()"), vec![]).await?;
        Ok(())
    }

    /// Waits until a question about the page is answered with yes.
    pub async fn wait(&self, what: &str, script: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            // A page that is being loaded again cannot answer.
            let answer = self.page.execute(format!("return Boolean({script})"), vec![]).await;
            if answer.is_ok_and(|answer| answer.json().as_bool() == Some(true)) {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                self.picture(&failure_picture()).ok();
                bail!("{what}: not within {PATIENCE:?}; the page says:\n{}", self.text().await.unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The exact value of a figure.
    pub async fn figure(&self, test_id: &str) -> Result<String> {
        self.find(test_id).await?;
        let script = format!("return document.querySelector(\"[data-testid='{test_id}']\").dataset.figure");
        let answer = self.page.execute(script, vec![]).await?;
        answer.json().as_str().map(str::to_owned).with_context(|| format!("{test_id} has no data-figure"))
    }

    /// Chooses one of several by what it says: an option of a segmented control.
    pub async fn pick(&self, test_id: &str, label: &str) -> Result<()> {
        self.find(test_id).await?;
        let wanted = format!(
            "[...document.querySelectorAll(\"[data-testid='{test_id}'] label\")].find((it) => it.textContent.trim() === '{label}')"
        );
        self.wait(label, &wanted).await?;
        self.page.execute(format!("{wanted}.click()"), vec![]).await?;
        Ok(())
    }

    /// All text of the page, also what an error keeps folded.
    pub async fn text(&self) -> Result<String> {
        let all = "return document.body.innerText + [...document.querySelectorAll('details:not([open])')]
            .map((folded) => `\\n${folded.textContent}`).join('')";
        Ok(self.page.execute(all, vec![]).await?.json().as_str().unwrap_or("").to_owned())
    }

    /// A picture of the whole display, as a person sees it.
    pub fn picture(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let status = Command::new("import")
            .args(["-display", &self.display, "-window", "root"])
            .arg(path)
            .status()
            .context("ImageMagick's import")?;
        ensure!(status.success(), "import could not take the picture");
        Ok(())
    }
}

impl Drop for Window {
    /// Ending the driver's process group ends the session; asking for it would block until a time-out, because the
    /// answer needs the executor that waits here.
    fn drop(&mut self) {
        let _ = self.page.clone().leak();
    }
}

/// Where the picture of a failure goes.
pub fn failure_picture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../out/e2e-failure.png")
}

async fn connect(port: u16, capabilities: Capabilities) -> Result<WebDriver> {
    let url = format!("http://127.0.0.1:{port}");
    let start = Instant::now();
    loop {
        match WebDriver::new(&url, capabilities.clone()).await {
            Ok(page) => return Ok(page),
            Err(error) if start.elapsed() > PATIENCE => return Err(error).context("the window did not open"),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

fn start_display() -> Result<(Group, String)> {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
    let mut xvfb = Group::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let number = first_line(&mut xvfb.0).context("Xvfb did not name its display")?;
    Ok((xvfb, format!(":{number}")))
}

fn first_line(child: &mut Child) -> Result<String> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("stdout was piped")?).read_line(&mut line)?;
    ensure!(!line.trim().is_empty(), "it ended without a word");
    Ok(line.trim().to_owned())
}
