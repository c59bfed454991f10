//! Evidence packs: one zip with everything that an invoice rests on, for somebody who has no access to the database, and the
//! check of such a pack without any database.
//!
//! A pack proves itself, not its origin: its hashes fit each other, its sums add up, its events have the hashes that the
//! ledger gave them. Whoever could forge all of it at once is found by the invoice's hash, which stands on the printed
//! invoice, and by the ledger.

mod archive;
mod assemble;
mod check;
mod collect;
mod events;
mod layout;
mod manifest;
mod verify;

pub(crate) use manifest::hex;

pub use collect::{Shown, write_pack};
pub use verify::verify;

/// The invoice: canonical JSON, the bytes that its hash is of.
pub(crate) const INVOICE: &str = "invoice.json";
/// The explanation as data.
pub(crate) const EXPLANATION: &str = "explanation.json";
/// The events behind the lines.
pub(crate) const EVENTS: &str = "events.csv";
/// Payments of the invoice.
pub(crate) const PAYMENTS: &str = "payments.csv";
/// The list of files.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The hash of the list.
pub(crate) const SEAL: &str = "manifest.sha256";

#[cfg(test)]
mod tests;
