//! Runs of invoices over tenants: what each did, and whom it could not bill.

use crate::codec::{At, Id, Word};
use crate::conn::{Write, execute, insert_rows, row};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{PeriodId, RunId, TenantId};
use billing::invoice::RunStatus;
use billing::time::Timestamp;

/// What a run did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunCounts {
    /// Drafts that were made or made anew.
    pub drafted: u32,
    /// Invoices that were finalized.
    pub finalized: u32,
    /// Drafts that were left to a person.
    pub held: u32,
    /// Periods that could not be billed.
    pub failed: u32,
}

/// A period that a run could not bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    /// The tenant.
    pub tenant: TenantId,
    /// The period.
    pub period: Option<PeriodId>,
    /// A stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// How a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// Its identity.
    pub id: RunId,
    /// Periods that ended by then.
    pub until: Timestamp,
    /// Who started it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

statements! {
    BEGIN = "insert into invoice_runs (run_id, status, until, drafted, finalized, held, failed, actor, reason, started_at, finished_at)
        values ($1, 'running', $2, 0, 0, 0, 0, $3, $4, $5, null)";
    ADD = "update invoice_runs set drafted = drafted + $2, finalized = finalized + $3, held = held + $4, failed = failed + $5 where run_id = $1";
    FINISH = "update invoice_runs set status = $2, finished_at = $3 where run_id = $1";
    NEXT_ERROR = "select coalesce(max(error_no), 0) from invoice_run_errors where run_id = $1";
}

/// Begins a run.
///
/// # Errors
/// What the database gave.
pub async fn begin(write: &mut Write, run: &NewRun) -> Result<()> {
    execute!(write, BEGIN, Id(run.id), At(run.until), run.actor.as_str(), run.reason.as_str(), At(run.at))?;
    Ok(())
}

/// Adds what a batch did, in the transaction of the batch.
///
/// # Errors
/// What the database gave.
pub async fn add(write: &mut Write, run: RunId, counts: RunCounts) -> Result<()> {
    let RunCounts { drafted, finalized, held, failed } = counts;
    let numbers = [drafted, finalized, held, failed].map(i64::from);
    execute!(write, ADD, Id(run), numbers[0], numbers[1], numbers[2], numbers[3])?;
    Ok(())
}

/// Notes whom a batch could not bill.
///
/// # Errors
/// What the database gave.
pub async fn insert_errors(write: &mut Write, run: RunId, errors: &[RunError]) -> Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    let (last,) = row!(write, (i32,), NEXT_ERROR, Id(run))?;
    let numbered: Vec<(i32, &RunError)> = (last + 1..).zip(errors).collect();
    insert_rows!(
        write,
        "insert into invoice_run_errors (run_id, error_no, tenant_id, period_id, code, message)",
        6,
        numbered,
        |row| [Id(run), row.0, Id(row.1.tenant), row.1.period.map(Id), row.1.code.as_str(), row.1.message.as_str(),],
        ""
    );
    Ok(())
}

/// Ends a run.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn finish(write: &mut Write, run: RunId, status: RunStatus, at: Timestamp) -> Result<()> {
    if execute!(write, FINISH, Id(run), Word(status), At(at))? == 1 {
        return Ok(());
    }
    Err(StoreError::NotFound(format!("run {run}")))
}
