//! Payments from a file: good rows are taken, each in a transaction of its own, the others are put aside with line and
//! reason.
//!
//! A row must have a reference: so the same file, or one that was cut off and sent again, counts nothing twice. The invoice
//! is named by its number, the currency must be the invoice's.

use super::found::{self, number, seller_zone};
use super::payment::Paying;
use crate::error::{ErrorKind, OperationError, Result};
use crate::host::Host;
use crate::import::aside::{PutAsideFile, PutAsideRow};
use crate::import::identity;
use crate::import::mapping::{CsvRule, Format};
use crate::import::read::{Reader, Record};
use crate::import::refusal::Refusal;
use crate::wire::{PaymentProblem, PaymentRequest, PaymentsImportRequest, PaymentsImported, RunTotal};
use billing::money::{Currency, Money};
use billing::time::{Day, Zone};
use futures::FutureExt;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use store::invoices::one;
use tokio_util::sync::CancellationToken;

/// The columns, in the order in which cells are asked for.
const COLUMNS: [&str; 6] = ["invoice", "amount", "currency", "received_at", "method", "reference"];
/// The largest file.
const MAX_BYTES: u64 = 64 << 20;
/// Rows that are listed with what is wrong with them.
const PROBLEMS: usize = 200;

/// Takes the payments of a file. Stopped in between, it leaves what it took; sent again, those rows are duplicates.
///
/// # Errors
/// What is wrong with the file as a whole; `stopped`; `read_only`; when the database fails.
pub async fn import_payments(
    store: &Store,
    host: &dyn Host,
    request: &PaymentsImportRequest,
    stop: &CancellationToken,
) -> Result<PaymentsImported> {
    // Asked before the first row: without a reason none could be taken.
    crate::change::asked::reason(&request.reason)?;
    let settings: billing::invoice::Settings =
        store.read(|read| async move { store::billing_settings::read(read).await }.boxed()).await?;
    let zone = seller_zone(&settings)?;
    let path = PathBuf::from(&request.file);
    let bytes = contents(&path)?;
    let columns = COLUMNS.map(str::to_owned);
    let mut reader = Reader::new(bytes.as_slice(), Format::Csv, &CsvRule::default(), &columns, &[])?;
    let aside = PutAsideFile::new(&path, Format::Csv, ',', reader.header());
    let file = Sha256::digest(&bytes).into();
    let mut taking = Taking { store, host, request, zone, file, aside, done: Done::default() };
    while let Some(record) = reader.next_record()? {
        if stop.is_cancelled() {
            return Err(identity::stopped());
        }
        taking.record(record).await?;
    }
    taking.finish()
}

fn contents(path: &std::path::Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    identity::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| {
        OperationError::failed("unreadable_file", "The file could not be read.").field("file").because(error)
    })?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("A file of payments has {} MiB at most.", MAX_BYTES >> 20);
        return Err(OperationError::wrong_use("too_large", message).field("file"));
    }
    Ok(bytes)
}

/// What was done so far.
#[derive(Default)]
struct Done {
    rows: u32,
    taken: u32,
    duplicates: u32,
    put_aside: u32,
    totals: BTreeMap<Currency, (u32, Money)>,
    problems: Vec<PaymentProblem>,
    /// Tenants' references of this file: a look writes none, and must notice a second one all the same.
    references: HashSet<(String, String, String)>,
}

struct Taking<'a> {
    store: &'a Store,
    host: &'a dyn Host,
    request: &'a PaymentsImportRequest,
    zone: Zone,
    file: [u8; 32],
    aside: PutAsideFile,
    done: Done,
}

/// A row that was not taken.
enum NotTaken {
    /// It is in already.
    Known,
    /// It is put aside.
    Refused(Refusal),
    /// The database failed, or another thing that is not the row's fault.
    Broken(OperationError),
}

impl From<OperationError> for NotTaken {
    fn from(error: OperationError) -> Self {
        if error.code() == "payment_known" {
            return Self::Known;
        }
        if matches!(error.kind(), ErrorKind::Failed) || error.code() == "read_only" {
            return Self::Broken(error);
        }
        let wire = error.to_wire();
        let refusal = Refusal::new(error.code(), wire.message.trim_end_matches('.'));
        Self::Refused(match wire.field {
            Some(field) => refusal.field(column(&field)),
            None => refusal,
        })
    }
}

/// The column that holds a field of a payment.
fn column(field: &str) -> String {
    if field == "invoice_id" { "invoice".to_owned() } else { field.to_owned() }
}

impl Taking<'_> {
    async fn record(&mut self, record: Record) -> Result<()> {
        self.done.rows += 1;
        let cells = record.cells.clone();
        let taken = match cells {
            Ok(cells) => self.row(cells).await,
            Err(refusal) => Err(NotTaken::Refused(refusal)),
        };
        match taken {
            Ok(amount) => {
                self.done.taken += 1;
                let (count, total) =
                    self.done.totals.entry(amount.currency()).or_insert((0, Money::from_minor(0, amount.currency())));
                *count += 1;
                *total = total.checked_add(amount).map_err(|error| {
                    OperationError::refused("overflow", "The sum of the payments does not fit into 64 bits.")
                        .because(error)
                })?;
                Ok(())
            }
            Err(NotTaken::Known) => {
                self.done.duplicates += 1;
                Ok(())
            }
            Err(NotTaken::Refused(refusal)) => self.put_aside(&record, &refusal),
            Err(NotTaken::Broken(error)) => Err(error),
        }
    }

    async fn row(&mut self, cells: Vec<Option<String>>) -> Result<Money, NotTaken> {
        let mut cells = cells.into_iter().map(|cell| cell.unwrap_or_default().trim().to_owned());
        let mut next = || cells.next().unwrap_or_default();
        let [invoice, amount, currency, received_at, method, reference] = std::array::from_fn(|_| next());
        let missing = |column: &str| {
            let sentence = format!("the row names no {column}");
            NotTaken::Refused(Refusal::new("missing_field", sentence).field(column))
        };
        for (name, text) in COLUMNS.into_iter().zip([&invoice, &amount, &currency, &received_at, &method, &reference]) {
            if text.is_empty() {
                return Err(missing(name));
            }
        }
        let request = PaymentRequest {
            invoice_id: self.invoice(&invoice, &currency).await?,
            amount,
            received_at: Some(self.instant(&received_at)),
            method,
            reference,
            reason: self.request.reason.clone(),
        };
        if self.request.dry_run {
            return self.look(&request).await;
        }
        let wanted = Arc::new(Paying::new(self.host, &request)?);
        self.enter(wanted).await.map_err(NotTaken::from)
    }

    /// The id of the invoice of a number, which must be in this currency.
    async fn invoice(&self, text: &str, currency: &str) -> Result<String, NotTaken> {
        let text: String = text.chars().take(200).collect();
        let named = text.clone();
        let found = self
            .store
            .read(move |read| async move { Ok::<_, OperationError>(one::by_number(read, &named).await?) }.boxed())
            .await?;
        let refused = |code: &'static str, sentence: String, field: &str| {
            NotTaken::Refused(Refusal::new(code, sentence).field(field))
        };
        match found.as_slice() {
            [] => Err(refused("unknown_invoice", format!("there is no invoice '{text}'"), "invoice")),
            [one] if !one.currency.code().eq_ignore_ascii_case(currency) => {
                let sentence = format!("invoice {} is in {}", number(one), one.currency);
                Err(refused("wrong_currency", sentence, "currency"))
            }
            [one] => Ok(one.id.to_string()),
            _ => Err(refused("ambiguous_invoice", format!("several invoices have the number '{text}'"), "invoice")),
        }
    }

    /// A day is its first instant in the seller's zone; all else is left to the payment to read.
    fn instant(&self, text: &str) -> String {
        let day: Option<Day> = text.parse().ok();
        day.and_then(|day| day.start(self.zone).ok()).map_or_else(|| text.to_owned(), |at| at.to_string())
    }

    async fn enter(&self, wanted: Arc<Paying>) -> Result<Money> {
        self.store
            .write(move |write| {
                let wanted = Arc::clone(&wanted);
                async move {
                    found::locked(write, wanted.invoice).await?;
                    let prepared = wanted.prepare(write).await?;
                    wanted.enter(write, &prepared).await?;
                    Ok(prepared.amount())
                }
                .boxed()
            })
            .await
    }

    async fn look(&mut self, request: &PaymentRequest) -> Result<Money, NotTaken> {
        let wanted = Paying::new(self.host, request)?;
        let (tenant, amount) = self
            .store
            .read(move |read| {
                async move {
                    let prepared = wanted.prepare(read).await?;
                    Ok::<_, OperationError>((prepared.tenant(), prepared.amount()))
                }
                .boxed()
            })
            .await?;
        let reference = (tenant.to_string(), request.method.clone(), request.reference.clone());
        if self.done.references.insert(reference) { Ok(amount) } else { Err(NotTaken::Known) }
    }

    fn put_aside(&mut self, record: &Record, refusal: &Refusal) -> Result<()> {
        self.done.put_aside += 1;
        let (line, file) = record.origin.map_or((record.line, self.file), |origin| (origin.line, origin.file));
        if !self.request.dry_run {
            self.aside.add(&PutAsideRow { line, file, raw: &record.raw, refusal })?;
        }
        if self.done.problems.len() < PROBLEMS {
            self.done.problems.push(PaymentProblem {
                line: record.line,
                code: refusal.code.to_owned(),
                message: crate::change::sentence(&refusal.sentence),
                field: refusal.field.clone(),
            });
        }
        Ok(())
    }

    fn finish(self) -> Result<PaymentsImported> {
        let file = self.aside.finish()?;
        let total = |(currency, (count, total)): (Currency, (u32, Money))| RunTotal {
            currency: currency.code().to_owned(),
            count,
            total: total.to_string(),
        };
        Ok(PaymentsImported {
            dry_run: self.request.dry_run,
            rows: self.done.rows,
            taken: self.done.taken,
            duplicates: self.done.duplicates,
            put_aside: self.done.put_aside,
            totals: self.done.totals.into_iter().map(total).collect(),
            problems: self.done.problems,
            put_aside_file: file.map(|path| path.display().to_string()),
        })
    }
}
