//! The billing database on PostgreSQL and SQLite: one schema, one text of SQL, one set of rules.
//!
//! # In short, for whoever calls it
//!
//! ```text
//! let store = Store::connect(&target, Access::Create).await?;     // no look at the schema
//! store.migrate(NewLedger { .. }).await?;                         // the only thing that changes the schema
//! let store = Store::open(&target, Access::ReadWrite).await?;     // refuses any schema but this program's
//! let plans = store.read(|read| Box::pin(async move { plans::all_versions(read).await })).await?;
//! store.write(move |write| Box::pin(async move {
//!     let appended = append::append(write, &batch).await?;        // ledger, counters, days: all or nothing
//!     audit::record(write, &[entry]).await
//! })).await?;
//! ```
//!
//! - [`Store::read`] is one point in time; [`Store::write`] is one transaction, run again when it lost a race, so its
//!   closure is `Clone` (put large things into an `Arc`). Functions take `&mut Read` or `&mut Write`; a `Write` can be
//!   given wherever a `Read` is asked for.
//! - Reference data: [`tenants`], [`meters`], [`plans`], [`subscriptions`], [`periods`], [`overrides`], [`subjects`];
//!   each has bulk inserts. [`timelines::load`] gives `billing::timeline::Timeline`s of many tenants at once.
//! - Before anything that changes what holds for a tenant that is committed already, its status too: [`tenants::begin_change`].
//! - Ids, clock and actor are arguments. Nothing here reads a clock or makes an id.
//!
//! It knows no screens, no files to import and no operations.

mod codec;
mod columns;
mod conn;
mod connect;
mod error;
mod pinned;
mod reach;
mod sql;
mod store;
mod sums;

pub mod alerts;
pub mod append;
pub mod audit;
pub mod billing_accounts;
pub mod billing_settings;
pub mod check;
pub mod company;
pub mod counters;
pub mod coupons;
pub mod credit_notes;
pub mod difference;
pub mod disputes;
pub mod erasure;
pub mod events;
pub mod evidence;
pub mod facts;
pub mod imported;
pub mod imports;
pub mod invoice_runs;
pub mod invoices;
pub mod ledger;
pub mod leftovers;
pub mod limits;
pub mod look;
pub mod meters;
pub mod migrate;
pub mod notes;
pub mod overrides;
pub mod owed;
pub mod payments;
pub mod periods;
pub mod plans;
pub mod quarantine;
pub mod rights;
pub mod roles;
pub mod savepoint;
pub mod snapshot;
pub mod subjects;
pub mod subscriptions;
pub mod target;
pub mod tenants;
pub mod timelines;
mod twin;
pub mod verify;
pub mod wallets;

pub use conn::{Read, Write};
pub use error::{Result, StoreError};
pub use migrate::{Migrated, MigrationPlan, MigrationStep, NewLedger};
pub use reach::{ConnectProblem, Reached, Stage};
pub use sql::Sql;
pub use store::Store;
pub use target::{
    Access, Certificates, ClientCertificate, Engine, PostgresServer, PostgresTarget, Target, TimeLimits, TlsMode,
};

/// Every statement of the store with the name of its module: a test prepares each on both engines.
pub fn statements() -> Vec<(&'static str, &'static str, Sql)> {
    macro_rules! all {
        ($($module:ident),+ $(,)?) => {
            [$((stringify!($module), $module::STATEMENTS)),+]
        };
    }
    let modules = all![
        alerts,
        check,
        company,
        counters,
        erasure,
        events,
        imported,
        evidence,
        imports,
        ledger,
        limits,
        meters,
        migrate,
        overrides,
        periods,
        plans,
        quarantine,
        rights,
        savepoint,
        snapshot,
        subjects,
        subscriptions,
        tenants,
        timelines,
        billing_settings,
        billing_accounts,
        coupons,
        wallets,
        invoice_runs,
        credit_notes,
        difference,
        disputes,
        notes,
        owed,
        payments
    ];
    let append = append::STATEMENTS.iter().map(|statements| ("append", *statements));
    let invoices = invoices::STATEMENTS.iter().map(|statements| ("invoices", *statements));
    let facts = facts::STATEMENTS.iter().map(|statements| ("facts", *statements));
    let verify = verify::STATEMENTS.iter().map(|statements| ("verify", *statements));
    modules
        .into_iter()
        .chain(append)
        .chain(verify)
        .chain(invoices)
        .chain(facts)
        .flat_map(|(module, statements)| statements.iter().map(move |(name, sql)| (module, *name, *sql)))
        .chain(look::statements())
        .collect()
}
