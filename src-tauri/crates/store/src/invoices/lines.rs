//! Lines of issued and imported invoices; those of a draft are in its content. Append-only.

use crate::codec::{Id, Word, id};
use crate::conn::{Read, Write, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{InvoiceId, MeterId, PeriodId, PlanVersionId, TenantId};
use billing::invoice::{Line, LineKind};
use billing::pricing::Proof;
use rust_decimal::Decimal;

/// A line as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// The invoice.
    pub invoice: InvoiceId,
    /// Its place, from 1.
    pub no: u32,
    /// What it is.
    pub kind: LineKind,
    /// What it says.
    pub description: String,
    /// The meter.
    pub meter: Option<MeterId>,
    /// The plan version that it was rated under.
    pub plan_version: Option<PlanVersionId>,
    /// Whose use it bills.
    pub period: Option<PeriodId>,
    /// The version of the rules.
    pub rule_version: u32,
    /// What is priced, in the unit of the meter.
    pub quantity: Option<Decimal>,
    /// The amount before rounding, in major units.
    pub unrounded: Decimal,
    /// The amount in minor units.
    pub amount_minor: i64,
    /// False for a memo outside the total.
    pub counts: bool,
    /// Steps that add up to the amount.
    pub proof: Proof,
}

impl LineRecord {
    /// The line of a document as it is stored.
    pub fn of(tenant: TenantId, invoice: InvoiceId, rule_version: u32, line: &Line) -> Self {
        Self {
            tenant,
            invoice,
            no: line.no,
            kind: line.kind,
            description: line.description.clone(),
            meter: line.meter,
            plan_version: line.plan_version,
            period: line.part.as_ref().map(|part| part.period),
            rule_version,
            quantity: line.quantity,
            unrounded: line.unrounded,
            amount_minor: line.amount_minor,
            counts: line.counts(),
            proof: line.proof.clone(),
        }
    }
}

statements! {
    OF_INVOICE = "select tenant_id, invoice_id, line_no, kind, description, meter_id, plan_version_id, period_id, rule_version, quantity, unrounded, amount_minor, counts, proof
        from invoice_lines where tenant_id = $1 and invoice_id = $2 order by line_no";
}

#[derive(sqlx::FromRow)]
struct LineRow {
    tenant_id: Id<TenantId>,
    invoice_id: Id<InvoiceId>,
    line_no: i32,
    kind: Word<LineKind>,
    description: String,
    meter_id: Option<Id<MeterId>>,
    plan_version_id: Option<Id<PlanVersionId>>,
    period_id: Option<Id<PeriodId>>,
    rule_version: i32,
    quantity: Option<String>,
    unrounded: String,
    amount_minor: i64,
    counts: bool,
    proof: String,
}

impl TryFrom<LineRow> for LineRecord {
    type Error = StoreError;

    fn try_from(row: LineRow) -> Result<Self> {
        Ok(Self {
            tenant: row.tenant_id.0,
            invoice: row.invoice_id.0,
            no: u32::try_from(row.line_no).map_err(StoreError::corrupt)?,
            kind: row.kind.0,
            description: row.description,
            meter: id(row.meter_id),
            plan_version: id(row.plan_version_id),
            period: id(row.period_id),
            rule_version: u32::try_from(row.rule_version).map_err(StoreError::corrupt)?,
            quantity: row.quantity.as_deref().map(decimal).transpose()?,
            unrounded: decimal(&row.unrounded)?,
            amount_minor: row.amount_minor,
            counts: row.counts,
            proof: serde_json::from_str(&row.proof).map_err(StoreError::corrupt)?,
        })
    }
}

fn decimal(text: &str) -> Result<Decimal> {
    Decimal::from_str_exact(text).map_err(StoreError::corrupt)
}

/// Adds the lines of invoices that are issued in the same transaction, or imported.
///
/// # Errors
/// [`StoreError::Constraint`] for a line that is there already.
pub async fn insert(write: &mut Write, lines: &[LineRecord]) -> Result<()> {
    let mut texts = Vec::with_capacity(lines.len());
    for line in lines {
        let number = |value: u32| i32::try_from(value).map_err(StoreError::corrupt);
        let proof = serde_json::to_string(&line.proof).map_err(StoreError::corrupt)?;
        let quantity = line.quantity.map(|quantity| quantity.normalize().to_string());
        texts.push((line, number(line.no)?, number(line.rule_version)?, quantity, proof));
    }
    insert_rows!(
        write,
        "insert into invoice_lines (tenant_id, invoice_id, line_no, kind, description, meter_id, plan_version_id, period_id, rule_version, quantity, unrounded, amount_minor, counts, proof)",
        14,
        texts,
        |row| [
            Id(row.0.tenant),
            Id(row.0.invoice),
            row.1,
            Word(row.0.kind),
            row.0.description.as_str(),
            row.0.meter.map(Id),
            row.0.plan_version.map(Id),
            row.0.period.map(Id),
            row.2,
            row.3.as_deref(),
            row.0.unrounded.normalize().to_string(),
            row.0.amount_minor,
            row.0.counts,
            row.4.as_str(),
        ],
        ""
    );
    Ok(())
}

/// The lines of an issued or imported invoice, in their order. A draft has none here.
///
/// # Errors
/// What the database gave.
pub async fn of_invoice(read: &mut Read, tenant: TenantId, invoice: InvoiceId) -> Result<Vec<LineRecord>> {
    let found = rows!(read, LineRow, OF_INVOICE, Id(tenant), Id(invoice))?;
    found.into_iter().map(LineRecord::try_from).collect()
}
