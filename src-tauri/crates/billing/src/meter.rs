//! Meters: what is counted, how contributions form, and when counting starts again.
//!
//! Not the sums themselves: those are counters, kept by the store.

use crate::ids::MeterId;
use crate::quantity::Scale;
use serde::{Deserialize, Serialize};

macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored and sent text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::meter::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::meter::UnknownWord { text: text.chars().take(80).collect(), expected: &[$($text),+] }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use text_enum;

/// A word that is none of the ones allowed here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is none of {expected:?}")]
pub struct UnknownWord {
    /// What was given.
    pub text: String,
    /// What is allowed.
    pub expected: &'static [&'static str],
}

text_enum! {
    /// How events of a meter add up (rules, section 2.8).
    Aggregation {
        /// The sum of quantities.
        Sum = "sum",
        /// The number of events; a correction takes one away.
        Count = "count",
        /// The largest quantity that is not superseded.
        Max = "max",
        /// A running total of signed movements.
        Level = "level",
    }
}

text_enum! {
    /// When the use of a meter starts again at zero.
    Reset {
        /// At the tenant's local midnight.
        Day = "day",
        /// With each billing period.
        Period = "period",
        /// Never; level meters.
        Never = "never",
    }
}

/// A thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Its identity.
    pub id: MeterId,
    /// Its code, unique in the database, such as `call_seconds`.
    pub code: String,
    /// Its name on screens.
    pub name: String,
    /// The unit of the quantity, such as `seconds`.
    pub unit: String,
    /// Decimal digits of its quantities.
    pub scale: Scale,
    /// How events add up.
    pub aggregation: Aggregation,
    /// When counting starts again.
    pub reset: Reset,
    /// Whether negative quantities are taken from ordinary events (bill imports). Level meters always take them.
    pub signed: bool,
}
