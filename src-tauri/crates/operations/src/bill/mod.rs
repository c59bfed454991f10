//! What finance does with invoices: credit notes, payments, open amounts.
//!
//! Each change is one function for preview and act, as in [`crate::change`], and holds the locks of tenant and invoice while
//! it decides. Rules are those of the billing crate; nothing is computed here but what a person is shown.

mod about;
pub(crate) mod ageing;
pub(crate) mod credit;
pub(crate) mod found;
mod lists;
mod payment;
mod payments_file;
mod prepaid;

pub use about::{AboutInvoice, about_invoice};
pub use ageing::ageing;
pub use credit::{credit_act, credit_preview};
pub(crate) use credit::Crediting;
pub use lists::{credit_notes, payments};
pub use payment::{payment_act, payment_preview};
pub use payments_file::import_payments;
