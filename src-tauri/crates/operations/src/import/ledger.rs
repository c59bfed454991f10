//! The database behind an import: a transaction per chunk, one transaction for the whole file, or only a look.
//!
//! One code path for all three, so that a dry run says what a run would do.

use crate::error::Result;
use billing::ids::{AuditId, CreditNoteId, InvoiceId, MeterId, PeriodId, SubjectId, TenantId};
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use store::{Read, Store, Write, savepoint};
use uuid::Uuid;

/// The database behind an import.
pub enum Ledger<'w> {
    /// A transaction per step.
    Each(Store),
    /// Everything in one transaction.
    Whole(&'w mut Write),
    /// Nothing is written.
    Look(Store),
}

impl Ledger<'_> {
    /// Whether nothing is written.
    pub const fn is_look(&self) -> bool {
        matches!(self, Self::Look(_))
    }

    /// Whether everything is one transaction.
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    /// Looks.
    ///
    /// # Errors
    /// Those of `work` and of the connection.
    pub async fn read<R, F>(&mut self, work: F) -> Result<R>
    where
        F: for<'c> FnOnce(&'c mut Read) -> BoxFuture<'c, Result<R>> + Send + 'static,
        R: Send + 'static,
    {
        match self {
            Self::Each(store) | Self::Look(store) => store.read(work).await,
            Self::Whole(write) => work(write).await,
        }
    }

    /// Writes. A look never comes here: what it would write is simulated.
    ///
    /// # Errors
    /// Those of `work` and of the connection; `read_only` for a look.
    pub async fn write<R, F>(&mut self, work: F) -> Result<R>
    where
        F: for<'c> FnOnce(&'c mut Write) -> BoxFuture<'c, Result<R>> + Clone + Send + 'static,
        R: Send + 'static,
    {
        match self {
            Self::Each(store) => store.write(work).await,
            Self::Whole(write) => work(write).await,
            Self::Look(_) => Err(store::StoreError::ReadOnly.into()),
        }
    }

    /// As [`Ledger::write`], and what was written before stays when `work` fails, also within one transaction.
    ///
    /// # Errors
    /// As [`Ledger::write`].
    pub async fn attempt<R, F>(&mut self, work: F) -> Result<R>
    where
        F: for<'c> FnOnce(&'c mut Write) -> BoxFuture<'c, Result<R>> + Clone + Send + 'static,
        R: Send + 'static,
    {
        let Self::Whole(write) = self else { return self.write(work).await };
        savepoint::begin(write).await?;
        let done = work(write).await;
        // A lost connection is told by what failed first.
        let ended = if done.is_ok() { savepoint::keep(write).await } else { savepoint::undo(write).await };
        let done = done?;
        ended?;
        Ok(done)
    }
}

/// New ids of one import: hashes of a random seed and a count, so that the host is asked once.
#[derive(Debug)]
pub struct Ids {
    seed: Uuid,
    given: u64,
}

impl Ids {
    /// From a random id that is used for nothing else.
    pub const fn new(seed: Uuid) -> Self {
        Self { seed, given: 0 }
    }

    /// 16 bytes that nobody can guess without the seed.
    pub fn bytes(&mut self) -> [u8; 16] {
        self.given += 1;
        let digest = Sha256::new().chain_update(self.seed.as_bytes()).chain_update(self.given.to_be_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes
    }

    fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_custom_bytes(self.bytes()).into_uuid()
    }

    /// A tenant.
    pub fn tenant(&mut self) -> TenantId {
        TenantId::from_uuid(self.uuid())
    }

    /// A meter.
    pub fn meter(&mut self) -> MeterId {
        MeterId::from_uuid(self.uuid())
    }

    /// A subject.
    pub fn subject(&mut self) -> SubjectId {
        SubjectId::from_uuid(self.uuid())
    }

    /// A period.
    pub fn period(&mut self) -> PeriodId {
        PeriodId::from_uuid(self.uuid())
    }

    /// An invoice.
    pub fn invoice(&mut self) -> InvoiceId {
        InvoiceId::from_uuid(self.uuid())
    }

    /// A credit note.
    pub fn credit_note(&mut self) -> CreditNoteId {
        CreditNoteId::from_uuid(self.uuid())
    }

    /// An audit record.
    pub fn audit(&mut self) -> AuditId {
        AuditId::from_uuid(self.uuid())
    }
}
