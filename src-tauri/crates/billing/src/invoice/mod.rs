//! Invoices: what is on one, in which order it comes about, and which state follows which (rules, sections 6 and 7).
//!
//! Pure: a document is made from facts that the store reads, and the same facts give the same canonical JSON to the byte.
//! Not the numbers themselves, which the store gives at finalization, nor how a document looks.

pub mod content;
pub mod credit;
mod discount;
pub mod draft;
pub mod error;
pub mod explain;
pub mod facts;
pub mod fee;
mod frame;
pub mod issue;
pub mod late;
mod line;
pub mod metered;
pub mod recount;
pub mod segment;
pub mod settings;
pub mod state;
mod usage;

pub use content::{
    Content, CreditContent, CreditLine, Issue, Line, LineKind, PartOfPeriod, Party, Settlement, SettlementKind, TaxLine,
};
pub use credit::{Application, Credit, CreditError, Credited};
pub use draft::draft;
pub use error::DraftError;
pub use explain::{ExplainError, Explained, Recomputed, explain};
pub use facts::{
    Catalog, CouponFacts, DayUse, EventUse, Facts, FeePaid, LateUse, MeterUse, NextPeriod, PeriodFacts, SettledUse,
    WalletFacts,
};
pub use fee::{Charged, charged_for};
pub use issue::{Age, IssuedAs, Number};
pub use settings::{Account, Approval, Settings};
pub use state::{Action, Hold, Origin, Refused, RunStatus, Standing, Status, WalletEntryKind};
