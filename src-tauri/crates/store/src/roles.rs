//! Roles of a PostgreSQL cluster: the owner migrates, the writer appends, the reader looks.
//!
//! Roles belong to the cluster, not to a database: they are made once, by an explicit act. Migrations only grant, where
//! the roles exist. Nobody is granted anything on a partition, and only deltas and nothing of the ledger can be deleted.

use crate::conn::Write;
use crate::error::Result;
use crate::migrate::script;
use crate::sql::Sql;
use crate::store::Store;
use crate::target::Engine;

/// The roles: who migrates, who appends, who looks.
pub const ROLES: [&str; 3] = ["billing_owner", "billing_writer", "billing_reader"];

/// Another database of the cluster may be making the roles at this moment, and locks do not reach across databases:
/// the loser finds them made.
const MAKE: &str = "do $$
declare
    role text;
begin
    perform pg_advisory_xact_lock(4341709);
    foreach role in array array['billing_owner', 'billing_writer', 'billing_reader'] loop
        begin
            if not exists (select 1 from pg_roles where rolname = role) then
                execute format('create role %I nologin', role);
            end if;
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
end
$$";

const GRANT: &str = "do $$
declare
    tables text;
begin
    if (select count(*) from pg_roles where rolname in ('billing_owner', 'billing_writer', 'billing_reader')) < 3 then
        return;
    end if;
    -- A grant by somebody who may not give it is only a warning of the server.
    if exists (select 1 from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
                  and not relispartition and not pg_has_role(relowner, 'usage')) then
        raise insufficient_privilege using message = 'only the owner of the tables gives rights on them';
    end if;
    select string_agg(format('%I', relname), ', ') into tables
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition;
    execute format('revoke all on %s from public, billing_writer, billing_reader', tables);
    execute format('grant select on %s to billing_writer, billing_reader', tables);
    grant usage on schema public to billing_writer, billing_reader;
    grant usage, create on schema public to billing_owner;
    grant insert on tenants, meters, plans, plan_versions, allowances, prices, subscriptions, subscription_meters,
        entitlements, overrides, billing_periods, usage_events, event_details, subjects, period_counters, usage_days,
        level_totals, presence, company_days, company_day_deltas, quarantine, imports, import_ranges, alerts, audit_log,
        billing_settings, billing_accounts, coupons, wallets, wallet_entries, invoices, invoice_lines, invoice_series,
        credit_notes, credit_note_lines, payments, disputes, dispute_items, notes, invoice_runs, invoice_run_errors
        to billing_writer;
    grant update on tenants, meters, plans, subscriptions, subscription_meters, overrides, billing_periods,
        event_details, subjects, period_counters, usage_days, level_totals, company_days, quarantine, imports,
        import_ranges, alerts, billing_settings, billing_accounts, coupons, wallets, invoices, invoice_series, disputes,
        invoice_runs to billing_writer;
    grant delete on company_day_deltas to billing_writer;
end
$$";

/// Gives the roles what they may, where they exist.
pub(crate) async fn grant(write: &mut Write) -> Result<()> {
    match write.engine() {
        Engine::Postgres => script(write, Sql::same(GRANT)).await,
        Engine::Sqlite => Ok(()),
    }
}

impl Store {
    /// Makes the roles `billing_owner`, `billing_writer` and `billing_reader` in the cluster where they are missing,
    /// and grants them what they may in this database. None can log in: people's and programs' logins are made
    /// members. Nothing to do on SQLite.
    ///
    /// # Errors
    /// What the database gave; it takes the right to create roles.
    pub async fn make_roles(&self) -> Result<()> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        self.write_once(|write| {
            Box::pin(async move {
                script(write, Sql::same(MAKE)).await?;
                if crate::migrate::is_migrated(write).await? { grant(write).await } else { Ok(()) }
            })
        })
        .await
    }
}
