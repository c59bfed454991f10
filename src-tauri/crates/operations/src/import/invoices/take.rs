//! The second pass: documents are made and written, a batch in a transaction.
//!
//! What is there already is found by its number: the same content is a duplicate, other content a conflict. Tenants are
//! made for documents that are new alone.

use super::build::{Draft, Layouts, build};
use super::record::{self, RecordFrame};
use super::spool::{Groups, Part, Piece};
use super::tally::InvoiceTally;
use crate::error::{OperationError, Result};
use crate::import::aside::{PutAsideFile, PutAsideRow};
use crate::import::catalog::{Catalog, Stamp};
use crate::import::ledger::{Ids, Ledger};
use crate::import::refusal::Refusal;
use crate::import::tally::Verdict;
use billing::ids::{ImportId, TenantId};
use billing::put_aside::Reason;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use store::audit::{self, AuditRecord};
use store::credit_notes::{self, CreditNoteRecord};
use store::imported::{self, Kind, Known};
use store::imports::{self, ImportCounts, ImportStatus};
use store::invoices::{InvoiceRecord, LineRecord, lines, write};
use store::{Write, tenants};

/// Documents after which a batch is written.
const BATCH_DOCUMENTS: usize = 500;
/// Lines after which a batch is written.
const BATCH_LINES: usize = 10_000;
/// How often another import may write the same document at the same time.
const ATTEMPTS: u32 = 3;

/// Takes documents.
pub struct Taker<'w> {
    /// The database.
    pub ledger: Ledger<'w>,
    /// Tenants that were met.
    pub catalog: Catalog,
    /// New ids.
    pub ids: Ids,
    /// Who imports.
    pub stamp: Stamp,
    /// The import; none in a look.
    pub import: Option<ImportId>,
    /// The hash of the file: where rows were first read.
    pub identity: [u8; 32],
    /// How rows are read.
    pub layouts: Layouts,
    /// What was found.
    pub tally: InvoiceTally,
    /// Where rows are put aside; none in a look.
    pub aside: Option<PutAsideFile>,
    /// Documents that a look has taken: no database knows them.
    pub looked: HashSet<(Kind, String)>,
}

/// A document and its rows.
#[derive(Clone)]
struct Candidate {
    draft: Draft,
    pieces: Arc<Vec<Piece>>,
}

/// What one transaction writes.
struct Step {
    import: ImportId,
    invoices: Vec<InvoiceRecord>,
    lines: Vec<LineRecord>,
    credit_notes: Vec<CreditNoteRecord>,
    counts: ImportCounts,
    audit: AuditRecord,
}

/// What the database knows of a batch.
#[derive(Default)]
struct Found {
    invoices: HashMap<String, Known>,
    credit_notes: HashMap<String, Known>,
    tenants: HashMap<String, TenantId>,
}

impl Found {
    fn of(&self, draft: &Draft) -> Option<&Known> {
        if draft.is_credit { self.credit_notes.get(&draft.number) } else { self.invoices.get(&draft.number) }
    }
}

const fn kind(draft: &Draft) -> Kind {
    if draft.is_credit { Kind::CreditNote } else { Kind::Invoice }
}

impl Taker<'_> {
    /// Takes the next documents; false at the end.
    ///
    /// # Errors
    /// What the database or the disk gave.
    pub async fn next_batch(&mut self, groups: &mut Groups) -> Result<bool> {
        let (mut batch, mut count, mut rows) = (Vec::new(), 0, 0);
        while count < BATCH_DOCUMENTS && rows < BATCH_LINES {
            let pieces = groups.next_group()?;
            if pieces.is_empty() {
                break;
            }
            count += 1;
            rows += pieces.len();
            match build(&pieces, &self.layouts) {
                Ok(draft) => batch.push(Candidate { draft, pieces: Arc::new(pieces) }),
                Err(refusals) => {
                    for (piece, refusal) in pieces.iter().zip(refusals) {
                        self.put_aside(piece, Verdict::Refused(refusal))?;
                    }
                }
            }
        }
        self.take(batch).await?;
        Ok(count > 0)
    }

    async fn take(&mut self, batch: Vec<Candidate>) -> Result<()> {
        let mut batch = self.first_of_each_number(batch)?;
        for attempt in 1.. {
            let new = self.sift(&batch).await?;
            let new = self.with_tenants(new).await?;
            if new.is_empty() {
                return Ok(());
            }
            let Some(import) = self.import else { return self.count(&new) };
            match self.write(import, &new).await {
                // Another import wrote one of them meanwhile: what it wrote is there now.
                Err(error) if error.code() == "constraint" && attempt < ATTEMPTS => {
                    batch = new.into_iter().map(|(candidate, _)| candidate).collect();
                }
                done => {
                    done?;
                    return self.count(&new);
                }
            }
        }
        Ok(())
    }

    /// Rows that have one key make one document; two keys may still say one number.
    fn first_of_each_number(&mut self, batch: Vec<Candidate>) -> Result<Vec<Candidate>> {
        let mut seen = HashSet::new();
        let mut kept = Vec::with_capacity(batch.len());
        for candidate in batch {
            let number = (kind(&candidate.draft), candidate.draft.number.clone());
            if seen.insert(number.clone()) && !self.looked.contains(&number) {
                kept.push(candidate);
            } else {
                self.conflict(&candidate, "its number is that of another document of the file")?;
            }
        }
        Ok(kept)
    }

    async fn found(&mut self, batch: &[Candidate]) -> Result<Found> {
        let numbers = |is_credit: bool| -> Vec<String> {
            let of = batch.iter().filter(|candidate| candidate.draft.is_credit == is_credit);
            of.map(|candidate| candidate.draft.number.clone()).collect()
        };
        let (invoices, credit_notes) = (numbers(false), numbers(true));
        let names: Vec<String> = batch.iter().map(|candidate| candidate.draft.tenant.clone()).collect();
        let source = self.stamp.source.clone();
        self.ledger
            .read(move |read| {
                Box::pin(async move {
                    Ok(Found {
                        invoices: imported::by_numbers(read, Kind::Invoice, &source, &invoices).await?,
                        credit_notes: imported::by_numbers(read, Kind::CreditNote, &source, &credit_notes).await?,
                        tenants: tenants::ids_by_outside_id(read, &names).await?,
                    })
                })
            })
            .await
    }

    /// The documents that are not there yet; the others are told.
    async fn sift(&mut self, batch: &[Candidate]) -> Result<Vec<Candidate>> {
        let found = self.found(batch).await?;
        let mut new = Vec::new();
        for candidate in batch {
            let draft = &candidate.draft;
            let Some(known) = found.of(draft) else {
                new.push(candidate.clone());
                continue;
            };
            let tenant = found.tenants.get(&draft.tenant).copied().filter(|tenant| *tenant == known.tenant);
            let is_same = match tenant {
                // Its lines may be in another file that was imported before.
                Some(_) if draft.is_bare => true,
                Some(tenant) => hash(draft, tenant) == known.hash || self.has_same_lines(draft, tenant).await?,
                None => false,
            };
            if is_same {
                self.tally.known();
            } else {
                self.conflict(candidate, "its number is there already, with other content")?;
            }
        }
        Ok(new)
    }

    async fn has_same_lines(&mut self, draft: &Draft, tenant: TenantId) -> Result<bool> {
        let (kind, source, numbers) = (kind(draft), self.stamp.source.clone(), vec![draft.number.clone()]);
        let stored = self
            .ledger
            .read(move |read| Box::pin(async move { Ok(imported::contents(read, kind, &source, &numbers).await?) }))
            .await?;
        Ok(stored.values().any(|stored| record::is_same(draft, tenant, stored)))
    }

    /// Finds the tenants of documents, or makes them where the mapping says so.
    async fn with_tenants(&mut self, new: Vec<Candidate>) -> Result<Vec<(Candidate, TenantId)>> {
        let wanted: BTreeMap<String, Option<String>> =
            new.iter().map(|candidate| (candidate.draft.tenant.clone(), candidate.draft.tenant_name.clone())).collect();
        self.catalog.meet_tenants(&mut self.ledger, &mut self.ids, &self.stamp, wanted).await?;
        let mut kept = Vec::with_capacity(new.len());
        for candidate in new {
            if let Some(tenant) = self.catalog.tenant(&candidate.draft.tenant) {
                kept.push((candidate, tenant));
                continue;
            }
            let sentence = format!("there is no tenant '{}'", candidate.draft.tenant);
            let refusal = Refusal::new(Reason::UnknownTenant.as_str(), sentence);
            for piece in candidate.pieces.iter() {
                self.put_aside(piece, Verdict::Refused(refusal.clone()))?;
            }
        }
        Ok(kept)
    }

    async fn write(&mut self, import: ImportId, new: &[(Candidate, TenantId)]) -> Result<()> {
        let frame = RecordFrame {
            source: self.stamp.source.clone(),
            import: Some(import),
            actor: self.stamp.actor.clone(),
            at: self.stamp.at,
        };
        let (mut invoices, mut all_lines, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for (Candidate { draft, .. }, tenant) in new {
            if draft.is_credit {
                notes.push(record::credit_note(draft, *tenant, self.ids.credit_note(), &frame));
            } else {
                let (invoice, lines) = record::invoice(draft, *tenant, self.ids.invoice(), &frame);
                invoices.push(invoice);
                all_lines.extend(lines);
            }
        }
        let after = format!("{{\"credit_notes\":{},\"invoices\":{}}}", notes.len(), invoices.len());
        let audit = AuditRecord { after: Some(after), ..self.stamp.audit(&mut self.ids, "import.documents", import) };
        let mut counts = self.tally.counts();
        counts.accepted += new.len() as u64;
        let step = Arc::new(Step { import, invoices, lines: all_lines, credit_notes: notes, counts, audit });
        self.ledger.attempt(move |write| Box::pin(async move { step.run(write).await })).await
    }

    fn count(&mut self, new: &[(Candidate, TenantId)]) -> Result<()> {
        for (Candidate { draft, .. }, _) in new {
            self.tally.take(draft).map_err(|error| {
                let sentence = "What was taken is right, but its sum needs more digits than can be kept exactly.";
                OperationError::failed("overflow", sentence).because(error)
            })?;
            if self.import.is_none() {
                self.looked.insert((kind(draft), draft.number.clone()));
            }
        }
        Ok(())
    }

    fn conflict(&mut self, candidate: &Candidate, sentence: &str) -> Result<()> {
        self.tally.rows.counts.conflicts += 1;
        let refusal = Refusal::new(Reason::Conflict.as_str(), sentence);
        for piece in candidate.pieces.iter() {
            self.put_aside(piece, Verdict::Conflict(refusal.clone()))?;
        }
        Ok(())
    }

    /// Puts a row aside; one of the file of documents stays there.
    fn put_aside(&mut self, piece: &Piece, verdict: Verdict) -> Result<()> {
        // Without cells it was put aside when it was read.
        if piece.cells.is_none() {
            return Ok(());
        }
        if let (Part::Row, Some(aside), Some(refusal)) = (piece.part, &mut self.aside, verdict.refusal()) {
            let (line, file) = piece.origin.map_or((piece.line, self.identity), |origin| (origin.line, origin.file));
            aside.add(&PutAsideRow { line, file, raw: &piece.raw, refusal })?;
        }
        self.tally.refuse(piece.line, &verdict);
        Ok(())
    }
}

fn hash(draft: &Draft, tenant: TenantId) -> [u8; 32] {
    if draft.is_credit { record::credit_content(draft, tenant).hash() } else { record::content(draft, tenant).hash() }
}

impl Step {
    /// Writes documents, how far the import is, and the audit record, all or nothing.
    async fn run(&self, to: &mut Write) -> Result<()> {
        write::insert(to, &self.invoices).await?;
        lines::insert(to, &self.lines).await?;
        credit_notes::insert(to, &self.credit_notes).await?;
        imports::update(to, self.import, ImportStatus::Running, self.counts, None).await?;
        Ok(audit::record(to, std::slice::from_ref(&self.audit)).await?)
    }
}
