//! Use and corrections that came after their period had closed (rules, sections 2.9, 7.4 and 7.5): what they would change,
//! in events and in money, and the decision about them.
//!
//! Taken into the next invoice, such a row keeps its time and day and is billed in the open period. Taken as a credit note, a
//! correction enters the ledger and is billed nowhere: the credit note has settled it. A finalized period never changes.

mod decide;
mod list;
mod proposal;

pub use decide::{late_act, late_preview};
pub use list::late_rows;
