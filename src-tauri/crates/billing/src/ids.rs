//! Typed identifiers. Each is a UUID behind a type of its own, shown with a prefix that says what it names.
//!
//! Not a generator: new ids are arguments of the code that needs them, so that every rule and every test is repeatable.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not an id of the form {prefix}_ followed by 32 hexadecimal digits")]
pub struct InvalidId {
    /// What was given.
    pub text: String,
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of the text form.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a UUID that the caller made or read.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for storing.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, self.0.as_simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or_else(|| InvalidId { text: text.to_owned(), prefix: Self::PREFIX })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// The customer who is billed.
    TenantId = "ten";
    /// A thing that is counted.
    MeterId = "met";
    /// A product.
    PlanId = "pln";
    /// An immutable version of a plan.
    PlanVersionId = "plv";
    /// A tenant's subscription over time.
    SubscriptionId = "sub";
    /// What held for a tenant from then to then.
    EntitlementId = "ent";
    /// A stored billing period of one subscription.
    PeriodId = "per";
    /// A change of an allowance for one tenant and meter.
    OverrideId = "ovr";
    /// A client, user, session or resource of a tenant.
    SubjectId = "sbj";
    /// One run of an import.
    ImportId = "imp";
    /// A row that was put aside.
    QuarantineId = "qua";
    /// A raised alert.
    AlertId = "alr";
    /// An audit record.
    AuditId = "aud";
    /// The identity of one ledger, made with the database.
    LedgerId = "led";
    /// An invoice, from its draft on.
    InvoiceId = "inv";
    /// A credit note.
    CreditNoteId = "crn";
    /// A payment of an invoice.
    PaymentId = "pay";
    /// A discount of a tenant.
    CouponId = "cpn";
    /// A tenant's prepaid credits.
    WalletId = "wal";
    /// A grant or a use of prepaid credits.
    WalletEntryId = "wle";
    /// A tenant's case about what was billed.
    DisputeId = "dsp";
    /// What a person wrote about a tenant or a case.
    NoteId = "nte";
    /// A run of invoices over all tenants.
    RunId = "run";
    /// A saved connection of this machine.
    ConnectionId = "con";
}
