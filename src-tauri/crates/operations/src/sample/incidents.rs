//! What goes wrong in the sample: reports that arrive late, early, twice, for nobody, or with other content.
//!
//! They take the ordinary way; the timeline and the append decide what becomes of them.

use super::accounts::{Account, DAY_MICROS, Role};
use super::catalogue::{Catalogue, meter_code};
use super::usage::{HOUR, Report};
use super::{Made, SampleError};
use billing::event::{Classification, Subjects};
use billing::time::Timestamp;

/// A report of an incident: of whom, when, and how late.
struct Incident {
    turn: usize,
    role: Role,
    family: &'static str,
    meter: &'static str,
    quantity: i64,
    /// Hours before now when it arrives.
    arrives: i64,
    /// Hours before its arrival when it happened; negative is after.
    happened: i64,
    key: &'static str,
    parent: Option<&'static str>,
}

const NONE: Incident = Incident {
    turn: 0,
    role: Role::Steady,
    family: "calls",
    meter: meter_code::CALL_SECONDS,
    quantity: 600,
    arrives: 30,
    happened: 1,
    key: "",
    parent: None,
};

const INCIDENTS: &[Incident] = &[
    // More than 35 days late: the switch of this tenant was offline.
    Incident { key: "offline-0001", happened: 50 * 24, ..NONE },
    Incident { key: "offline-0002", happened: 43 * 24, quantity: 1_260, ..NONE },
    // A clock that runs ahead.
    Incident { key: "clock-0001", turn: 1, happened: -3, quantity: 95, ..NONE },
    // Use of a tenant that has no subscription.
    Incident { key: "stray-0001", role: Role::Without, ..NONE },
    Incident {
        key: "stray-0002",
        role: Role::Without,
        family: "agents",
        meter: meter_code::INBOX,
        quantity: 7,
        ..NONE
    },
    // More memory freed than is held.
    Incident { key: "free-unknown", family: "platform", meter: meter_code::MEMORY_BYTES, quantity: -900 << 30, ..NONE },
    // A period that is over, with its days of grace.
    Incident { key: "late-0001", turn: 2, happened: 33 * 24, quantity: 480, ..NONE },
    // A correction of an event that nobody knows.
    Incident {
        key: "tr-999999/correction",
        family: "transcription",
        meter: meter_code::TRANSCRIPTION_SECONDS,
        quantity: -300,
        parent: Some("tr-999999"),
        ..NONE
    },
    // Negative use of a meter that takes none.
    Incident { key: "negative-0001", turn: 1, family: "agents", meter: meter_code::INVOICE, quantity: -4, ..NONE },
    // The same key with other content; the first is an ordinary report two days before.
    Incident { key: "resent-0001", turn: 2, arrives: 80, quantity: 300, happened: 2, ..NONE },
    Incident { key: "resent-0001", turn: 2, quantity: 345, happened: 52, ..NONE },
    // The same report twice: counted once.
    Incident { key: "twice-0001", turn: 3, arrives: 80, quantity: 420, happened: 2, ..NONE },
    Incident { key: "twice-0001", turn: 3, quantity: 420, happened: 52, ..NONE },
];

/// The reports of the incidents.
pub(super) fn incidents(accounts: &[Account], catalogue: &Catalogue, now: Timestamp) -> Made<Vec<Report>> {
    INCIDENTS.iter().map(|incident| incident.report(accounts, catalogue, now)).collect()
}

impl Incident {
    fn report(&self, accounts: &[Account], catalogue: &Catalogue, now: Timestamp) -> Made<Report> {
        let mut fitting = accounts.iter().filter(|account| account.family == self.family && account.role == self.role);
        let account = fitting.nth(self.turn).ok_or_else(|| SampleError::impossible(self.key))?;
        let arrives_at = now.plus_micros(-self.arrives * HOUR)?;
        let occurred_at = arrives_at.plus_micros(-self.happened * HOUR)?;
        debug_assert!(self.arrives < DAY_MICROS, "hours, not microseconds");
        Ok(Report {
            tenant: account.id,
            arrives_at,
            occurred_at,
            source: "gateway",
            key: self.key.to_owned(),
            meter: catalogue.meter(self.meter).id,
            quantity: self.quantity,
            classification: if self.parent.is_some() { Classification::Correction } else { Classification::Original },
            parent: self.parent.map(str::to_owned),
            free_because: None,
            cost: None,
            provider: "",
            action: "",
            subjects: Subjects::default(),
            details: Vec::new(),
        })
    }
}
