//! The test of a connection, step by step, with a sentence for each: what works, what does not, and what to do.

use super::profile::Profile;
use crate::error::OperationError;
use crate::host::Host;
use crate::open::{OwnerRule, owner_refusal};
use crate::wire::{ConnectionTest, StepOutcome, TestStep, TestStepName, TlsChoice};
use billing::time::Timestamp;
use secrecy::SecretString;
use store::rights::{LoginRights, Standing};
use store::{Access, Reached, Stage, Store, StoreError, Target};

/// A difference of the clocks that is worth a look: 5 seconds.
const CLOCK_OFF_MICROS: u64 = 5_000_000;

const ALL: [TestStepName; 8] = [
    TestStepName::Secret,
    TestStepName::Name,
    TestStepName::Port,
    TestStepName::Tls,
    TestStepName::Login,
    TestStepName::Rights,
    TestStepName::Schema,
    TestStepName::Clock,
];

#[derive(Default)]
struct Findings {
    steps: Vec<TestStep>,
}

impl Findings {
    fn add(&mut self, step: TestStepName, outcome: StepOutcome, sentence: impl Into<String>) {
        self.steps.push(TestStep { step, outcome, sentence: sentence.into(), code: None });
    }

    fn failed(&mut self, step: TestStepName, error: &OperationError) {
        let code = Some(error.code().to_owned());
        self.steps.push(TestStep { step, outcome: StepOutcome::Failed, sentence: error.to_string(), code });
    }

    /// The steps that were not come to are there, too.
    fn finish(mut self) -> ConnectionTest {
        let ok = self.steps.iter().all(|step| step.outcome != StepOutcome::Failed);
        for step in ALL {
            if !self.steps.iter().any(|done| done.step == step) {
                self.add(step, StepOutcome::Skipped, "Not looked at.");
            }
        }
        self.steps.sort_by_key(|step| ALL.iter().position(|name| *name == step.step));
        ConnectionTest { ok, steps: self.steps }
    }
}

/// Tests a connection with the password at hand, or tells why there is none.
pub(super) async fn diagnose(
    profile: &Profile,
    password: Result<Option<SecretString>, OperationError>,
    host: &dyn Host,
) -> ConnectionTest {
    let mut findings = Findings::default();
    let password = match password {
        Ok(password) => {
            let sentence =
                if password.is_some() { "The password is at hand." } else { "No password is kept or given." };
            findings.add(TestStepName::Secret, StepOutcome::Good, sentence);
            password
        }
        Err(error) => {
            findings.failed(TestStepName::Secret, &error);
            None
        }
    };
    let target = profile.target(password);
    let reached = Store::reach(&target).await;
    line(&mut findings, profile, &reached);
    if let Some(error) = reached.error {
        let step = failed_step(&error, reached.stage);
        findings.failed(step, &error.into());
        return findings.finish();
    }
    ledger(&mut findings, profile, Target::Postgres(target), host).await;
    findings.finish()
}

fn failed_step(error: &StoreError, reached: Option<Stage>) -> TestStepName {
    let stage = match error {
        StoreError::Connect { problem, .. } => problem.stage(),
        _ => reached.unwrap_or(Stage::Name),
    };
    match stage {
        Stage::Name => TestStepName::Name,
        Stage::Port => TestStepName::Port,
        Stage::Tls => TestStepName::Tls,
        Stage::Login => TestStepName::Login,
    }
}

fn line(findings: &mut Findings, profile: &Profile, reached: &Reached) {
    let form = &profile.form;
    let come = |stage: Stage| reached.stage.is_some_and(|reached| reached >= stage);
    let is_socket = form.host.starts_with('/');
    if come(Stage::Name) {
        let addresses: Vec<String> = reached.addresses.iter().map(|address| address.ip().to_string()).collect();
        let sentence = match (is_socket, addresses.as_slice()) {
            (true, _) => "A local socket needs no name.".to_owned(),
            (false, [one]) if *one == form.host => "An address needs no name.".to_owned(),
            (false, all) => format!("{} is {}.", form.host, all.join(", ")),
        };
        findings.add(TestStepName::Name, StepOutcome::Good, sentence);
    }
    if come(Stage::Port) {
        findings.add(TestStepName::Port, StepOutcome::Good, format!("Port {} answers.", form.port));
    }
    if come(Stage::Tls) {
        let (outcome, sentence) = match form.tls {
            TlsChoice::Off => (StepOutcome::Good, "Not encrypted: the line does not leave this machine.".to_owned()),
            TlsChoice::VerifyFull => {
                let sentence = format!("Encrypted; the certificate is for {} and from a known authority.", form.host);
                (StepOutcome::Good, sentence)
            }
            TlsChoice::VerifyCa => {
                let sentence = "Encrypted and from a known authority, but any host of that authority would be taken.";
                (StepOutcome::Doubtful, sentence.to_owned())
            }
        };
        findings.add(TestStepName::Tls, outcome, sentence);
    }
    if come(Stage::Login) {
        let sentence = format!("{} is let into {}.", form.user, form.database);
        findings.add(TestStepName::Login, StepOutcome::Good, sentence);
    }
}

/// What only the ledger itself can say.
async fn ledger(findings: &mut Findings, profile: &Profile, target: Target, host: &dyn Host) {
    let store = match Store::connect(&target, Access::ReadOnly).await {
        Ok(store) => store,
        Err(error) => return findings.failed(TestStepName::Rights, &error.into()),
    };
    let schema = store.check_schema().await;
    match store.read(|read| Box::pin(store::rights::of_login(read))).await {
        Err(error) => findings.failed(TestStepName::Rights, &error.into()),
        Ok(found) => rights(findings, profile, &store, &found, schema.is_ok()).await,
    }
    match schema {
        Ok(()) => {
            let sentence = format!("Schema {}, as this program needs it.", store::migrate::newest());
            findings.add(TestStepName::Schema, StepOutcome::Good, sentence);
        }
        Err(error) => findings.failed(TestStepName::Schema, &error.into()),
    }
    match store.read(|read| Box::pin(store::check::clock(read))).await {
        Err(error) => findings.failed(TestStepName::Clock, &error.into()),
        Ok(server) => clock(findings, server, host.now_of_people()),
    }
    store.close().await;
}

async fn rights(findings: &mut Findings, profile: &Profile, store: &Store, found: &LoginRights, migrated: bool) {
    use StepOutcome::{Doubtful, Failed, Good};
    let login = &found.login;
    if !migrated && found.standing < Standing::Owner {
        return findings.add(TestStepName::Rights, Doubtful, format!("{login} may look and write nothing here yet."));
    }
    let rule = OwnerRule::of(&profile.form);
    if let Some(error) = owner_refusal(store, found, rule).await {
        return findings.failed(TestStepName::Rights, &error);
    }
    let reads = profile.form.read_only;
    let (outcome, sentence) = match found.standing {
        Standing::Nothing => (Failed, format!("{login} may not even look: make it a member of billing_reader.")),
        Standing::Owner | Standing::Superuser => {
            (Doubtful, format!("{login} could change or empty the ledger; this connection allows it, for development."))
        }
        _ if found.replica && !reads => (Doubtful, "This server is a replica: it can be read, not written.".to_owned()),
        Standing::Reader if reads => (Good, format!("{login} may look, and this connection asks for no more.")),
        Standing::Reader => {
            (Doubtful, format!("{login} may only look; to write it must be a member of billing_writer."))
        }
        Standing::Writer if reads => (Good, format!("{login} may write, but this connection only looks.")),
        Standing::Writer => (Good, format!("{login} may look and write; history stays out of its reach.")),
    };
    findings.add(TestStepName::Rights, outcome, sentence);
}

fn clock(findings: &mut Findings, server: Timestamp, here: Timestamp) {
    let off = server.micros().abs_diff(here.micros());
    let (seconds, millis) = (off / 1_000_000, off / 1_000 % 1_000);
    let which = if server > here { "ahead of" } else { "behind" };
    if off > CLOCK_OFF_MICROS {
        let sentence =
            format!("The server's clock is {seconds}.{millis:03} s {which} this machine's: set the wrong one.");
        return findings.add(TestStepName::Clock, StepOutcome::Doubtful, sentence);
    }
    findings.add(TestStepName::Clock, StepOutcome::Good, format!("The clocks differ by {seconds}.{millis:03} s."));
}
