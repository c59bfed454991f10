//! A PostgreSQL with TLS and SCRAM passwords on a port of the loopback, with certificates that a test chooses.

use crate::postgres::{SUPERUSER, as_owner, succeed, tool};
use anyhow::{Context, Result, ensure};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// The name that the right certificate is for.
pub const HOST: &str = "localhost";
/// The password of every login of the server. No other text of a test holds it.
pub const PASSWORD: &str = "Kanarienvogel/7+q %&'\"\\ä-5b1c";

/// What the server shows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// For this host, from the authority of the test.
    Right,
    /// Its time is over.
    Expired,
    /// Its time has not begun.
    NotYet,
    /// For another host.
    OtherHost,
    /// From an authority that nobody knows.
    UnknownAuthority,
    /// Signed by itself.
    SelfSigned,
}

/// A server that ends with the test.
pub struct Server {
    folder: TempDir,
    /// Its port on the loopback.
    pub port: u16,
    authority: CertifiedIssuer<'static, KeyPair>,
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

impl Server {
    /// Starts one with the right certificate and logins `writer`, `reader`, `owner` and the superuser.
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("countinghouse-tls-").tempdir()?;
        // Whoever owns the cluster must come to it.
        succeed(command("chmod", &["0755", &folder.path().display().to_string()]))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { folder, port, authority: authority("the company's authority")? };
        let mut make = as_owner(&PathBuf::from("mkdir"));
        if support_is_root()? {
            succeed(command("chown", &[SUPERUSER, &server.text("")]))?;
        }
        make.args(["-m", "0755", "-p", &server.text("socket")]);
        succeed(make)?;
        let mut init = as_owner(&tool("initdb")?);
        init.args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
        init.arg(server.text("data"));
        succeed(init)?;
        std::fs::write(server.folder.path().join("authority.pem"), server.authority.pem())?;
        server.show(Shown::Right, false)?;
        let rules = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n\
                     hostnossl nothing all 127.0.0.1/32 scram-sha-256\n";
        server.put("data/pg_hba.conf", rules)?;
        // Not an argument of the server, which nothing could take back.
        server.put("data/postgresql.auto.conf", "ssl = 'on'\n")?;
        server.control("start")?;
        server.logins()?;
        Ok(server)
    }

    /// The certificate of the authority.
    pub fn authority_file(&self) -> String {
        self.text("authority.pem")
    }

    /// Shows another certificate from now on.
    pub fn present(&self, shown: Shown) -> Result<()> {
        self.show(shown, true)
    }

    /// Offers TLS or not, from now on.
    pub fn offer_tls(&self, offered: &str) -> Result<()> {
        self.sql(SUPERUSER, &format!("alter system set ssl = {offered}"))?;
        self.control("reload")?;
        self.settled(offered)
    }

    /// Runs statements in a database through the socket.
    pub fn sql(&self, database: &str, statement: &str) -> Result<String> {
        let mut psql = Command::new(tool("psql")?);
        psql.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", SUPERUSER, "-d", database, "-h"]);
        psql.arg(self.text("socket")).args(["-p", &self.port.to_string(), "-c", statement]);
        Ok(String::from_utf8_lossy(&succeed(psql)?.stdout).trim().to_owned())
    }

    /// The address of a database through the socket, as the superuser, for `migrate`.
    pub fn socket_url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@/{database}?host={}&port={}", self.text("socket"), self.port)
    }

    /// What the server wrote down.
    pub fn log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join("server.log"))?)
    }

    /// Ends in the middle of everything, as when its machine loses power.
    pub fn stop(&self) -> Result<()> {
        self.control("stop")
    }

    /// Starts again what was stopped, at the same port.
    pub fn start_again(&self) -> Result<()> {
        self.control("start")
    }

    fn logins(&self) -> Result<()> {
        let password = PASSWORD.replace('\'', "''");
        for login in ["writer", "reader", "owner"] {
            self.sql(SUPERUSER, &format!("create role {login} login password '{password}'"))?;
        }
        self.sql(SUPERUSER, &format!("alter role {SUPERUSER} password '{password}'"))?;
        self.sql(SUPERUSER, "create database billing")?;
        Ok(())
    }

    fn show(&self, shown: Shown, running: bool) -> Result<()> {
        let key = KeyPair::generate()?;
        let host = if shown == Shown::OtherHost { "elsewhere.example" } else { HOST };
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, format!("{shown:?}"));
        match shown {
            Shown::Expired => {
                params.not_before = date_time_ymd(2019, 1, 1);
                params.not_after = date_time_ymd(2020, 1, 1);
            }
            Shown::NotYet => params.not_before = date_time_ymd(2090, 1, 1),
            _ => {}
        }
        let certificate = match shown {
            Shown::UnknownAuthority => params.signed_by(&key, &*authority("nobody knows it")?)?,
            Shown::SelfSigned => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.self_signed(&key)?
            }
            _ => params.signed_by(&key, &*self.authority)?,
        };
        self.put("data/server.crt", &certificate.pem())?;
        self.put("data/server.key", &key.serialize_pem())?;
        if running {
            self.control("reload")?;
            self.settled("on")?;
        }
        Ok(())
    }

    /// Waits until a reload has come to new connections: the postmaster does it when it comes to it.
    fn settled(&self, ssl: &str) -> Result<()> {
        for _ in 0..100 {
            if self.sql(SUPERUSER, "show ssl")? == ssl {
                // One more connection: the certificate is read in the same reload.
                std::thread::sleep(std::time::Duration::from_millis(200));
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        anyhow::bail!("the server did not reload: {}", self.log()?)
    }

    /// A file that belongs to the owner of the cluster, for nobody else.
    fn put(&self, name: &str, text: &str) -> Result<()> {
        let draft = self.folder.path().join("draft");
        std::fs::write(&draft, text)?;
        let draft = draft.display().to_string();
        let mut arguments = vec!["-m", "0600"];
        if support_is_root()? {
            arguments.extend(["-o", SUPERUSER]);
        }
        let to = self.text(name);
        arguments.extend([draft.as_str(), to.as_str()]);
        succeed(command("install", &arguments))?;
        Ok(())
    }

    fn control(&self, verb: &str) -> Result<()> {
        let mut control = as_owner(&tool("pg_ctl")?);
        control.args(["-D", &self.text("data"), "-w", "-t", "60"]);
        if verb == "start" {
            let options = format!(
                "-c listen_addresses=localhost -c port={} -c unix_socket_directories='{}' -c log_connections=on \
                 -c log_statement=all",
                self.port,
                self.text("socket")
            );
            control.args(["-l", &self.text("server.log"), "-o", &options]);
        }
        control.arg(verb);
        if verb == "stop" {
            control.args(["-m", "immediate"]);
        }
        succeed(control).with_context(|| self.log().unwrap_or_default())?;
        Ok(())
    }

    fn text(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.control("stop");
        // What the owner of the cluster made in it.
        let _gone = Command::new("rm").arg("-rf").arg(self.folder.path()).status();
    }
}

fn support_is_root() -> Result<bool> {
    let output = succeed(command("id", &["-u"]))?;
    ensure!(!output.stdout.is_empty(), "id says who this is");
    Ok(String::from_utf8_lossy(&output.stdout).trim() == "0")
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
