//! Looking: everything that a screen or a command shows, read at one point in time.
//!
//! Each use case is one read transaction of a handful of statements, whatever the number of tenants, and then pure
//! functions: [`figures`] gives every figure of a tenant, for all of them. Nothing here changes anything.

mod asked;
mod audit;
pub mod catalog;
mod company;
mod entries;
mod event_detail;
mod events;
pub mod facts;
pub mod figures;
mod find;
mod history;
mod load;
mod overage;
mod overview;
mod page;
pub mod projection;
mod quarantine;
mod shown;
mod stats;
mod status;
mod tenants;
mod upgrade;
mod verify;

pub use asked::within_moment;
pub(crate) use audit::asked as asked_audit;
pub use audit::audit;
pub use event_detail::event_detail;
pub(crate) use event_detail::event_rows;
pub(crate) use events::row as event_row;
pub use events::{PAGE, events};
pub use find::{find_tenant, meters, require_meter, search, subjects};
pub use history::{MAX_DAYS, tenant_months, tenant_series};
pub(crate) use load::catalog as load_catalog;
pub use overview::overview;
pub use page::tenant_page;
pub use quarantine::{quarantine, quarantine_row};
pub use stats::stats;
pub use status::database_status;
pub use tenants::{MAX_ROWS, tenants, usage};
pub use verify::{verify, verify_with};
