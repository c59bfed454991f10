//! Changes by a person: manual entry, override, erasing a subject, decisions about quarantine.
//!
//! Each is computed by one function, from reads alone: the preview shows what it gave, the act computes it again in its
//! transaction and refuses with `preview_outdated` when it would do something else. The audit record is written in the
//! same transaction: without it nothing happens. Not what arrives in files: that is [`crate::import`].

pub(crate) mod asked;
mod entry;
mod erase;
pub(crate) mod limits;
mod overrides;
pub(crate) mod periods;
pub(crate) mod quarantine;
mod quota;
pub(crate) mod said;

pub use entry::{entry_act, entry_preview};
pub use erase::{erase_act, erase_preview, tenant_of_subject};
pub use overrides::{override_act, override_preview};
pub use periods::{PeriodsExtended, extend_periods};
pub use quarantine::quarantine_decide;
pub use quota::{quota_admit, quota_check};

use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, Effect};
use billing::ids::{AuditId, TenantId};
use billing::time::Timestamp;
use sha2::{Digest, Sha256};
use store::Write;
use store::audit::{self, AuditRecord};

/// Who changes something, when and why: what every audit record says.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub audit: AuditId,
    pub at: Timestamp,
    pub actor: String,
    pub reason: String,
}

impl Act {
    /// The act of the host's person now, for a reason that must be given.
    pub fn new(host: &dyn Host, reason: &str) -> Result<Self> {
        Ok(Self {
            audit: AuditId::from_uuid(host.new_uuid()),
            at: host.now(),
            actor: host.actor().as_str().to_owned(),
            reason: asked::reason(reason)?,
        })
    }

    /// Writes the record of it.
    pub async fn record(&self, write: &mut Write, what: Recorded<'_>) -> Result<()> {
        let record = AuditRecord {
            id: self.audit,
            at: self.at,
            actor: self.actor.clone(),
            action: what.action.to_owned(),
            tenant: what.tenant,
            subject: what.subject,
            before: what.before,
            after: what.after,
            reason: self.reason.clone(),
        };
        Ok(audit::record(write, &[record]).await?)
    }
}

/// What an audit record is about.
pub(crate) struct Recorded<'a> {
    pub action: &'a str,
    pub tenant: Option<TenantId>,
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A change under its fingerprint.
pub(crate) fn change(title: String, effects: Vec<Effect>, warnings: Vec<String>) -> Change {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        // Length first, so that no two changes share an encoding.
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    add(&title);
    for effect in &effects {
        [&effect.label, &effect.before, &effect.after, &effect.unit].into_iter().for_each(|text| add(text));
    }
    warnings.iter().for_each(|warning| add(warning));
    let fingerprint = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Change { title, effects, warnings, fingerprint }
}

/// Refuses when what would be done now is not what the person was shown.
pub(crate) fn still_as_shown(change: &Change, fingerprint: &str) -> Result<()> {
    if change.fingerprint == fingerprint {
        return Ok(());
    }
    let message = "Something has changed since this was shown: look at the new preview and decide again.";
    Err(OperationError::refused("preview_outdated", message))
}

pub(crate) fn effect(
    label: impl Into<String>,
    before: impl Into<String>,
    after: impl Into<String>,
    unit: &str,
) -> Effect {
    Effect { label: label.into(), before: before.into(), after: after.into(), unit: unit.to_owned() }
}

/// Canonical JSON of names and texts, for the audit log.
pub(crate) fn canonical(pairs: &[(&str, String)]) -> String {
    let sorted: std::collections::BTreeMap<_, _> = pairs.iter().map(|(name, text)| (*name, text)).collect();
    serde_json::to_string(&sorted).expect("a map of texts always serializes")
}

/// A phrase of the rules as a sentence for people.
pub(crate) fn sentence(phrase: &str) -> String {
    let mut rest = phrase.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", rest.as_str().trim_end_matches('.'))
}
