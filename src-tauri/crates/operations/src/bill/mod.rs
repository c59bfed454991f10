//! What finance does with invoices: drafts, runs, acts on one, settings; credit notes, payments, open amounts.
//!
//! Each change is one function for preview and act, as in [`crate::change`], and holds the locks of tenant and invoice while
//! it decides. Rules are those of the billing crate; nothing is computed here but what a person is shown.

mod about;
mod act;
pub(crate) mod ageing;
mod as_issued;
mod batch;
mod close;
pub(crate) mod credit;
mod discount;
pub(crate) mod found;
pub(crate) mod gather;
mod issue;
pub(crate) mod list;
mod lists;
pub(crate) mod make;
mod payment;
mod payments_file;
mod plan;
mod prepaid;
mod run;
pub(crate) mod settings;
pub(crate) mod shown;
mod tenant;
mod used;
pub(crate) mod view;

pub use about::{AboutInvoice, about_invoice};
pub use act::{invoice_act, invoice_act_preview};
pub use ageing::ageing;
pub(crate) use as_issued::as_issued;
pub use close::close_periods;
pub(crate) use credit::Crediting;
pub use credit::{credit_act, credit_preview};
pub(crate) use discount::off_in_words;
pub use discount::{coupon_act, coupon_preview, grant_act, grant_preview};
pub use found::invoice_named;
pub use list::{INVOICES_AT_ONCE, invoices};
pub use lists::{credit_notes, payments};
pub use payment::{payment_act, payment_preview};
pub use payments_file::import_payments;
pub use plan::{cancel_act, cancel_preview, plan_change_act, plan_change_preview};
pub use run::{run, run_in_batches_of, run_preview};
pub(crate) use settings::account_words;
pub use settings::{account_act, account_preview, billing_settings, settings_act, settings_preview};
pub use tenant::tenant_billing;
pub use view::invoice;
