//! Levels and quota: how much of a limit is used, in exact integers (rules, section 3).
//!
//! Not alerts: when one is raised and recovers is kept by the store. Where a limit comes from is in [`crate::plan`].

use crate::meter::text_enum;
use std::fmt;

text_enum! {
    /// How far a use has come.
    Level {
        /// Below 80 %.
        Normal = "normal",
        /// From 80 %.
        Warning = "warning",
        /// From 100 %.
        Alert = "alert",
    }
}

impl Level {
    /// The level of a use against what its percentage is of; none is unlimited. A base of 0 is NORMAL without use
    /// and ALERT on any use.
    pub const fn of(used: i64, base: Option<i64>) -> Self {
        let Some(base) = base else { return Self::Normal };
        if base <= 0 {
            return if used > 0 { Self::Alert } else { Self::Normal };
        }
        let (used, base) = (used as i128, base as i128);
        if used >= base {
            Self::Alert
        } else if used * 100 >= base * 80 {
            Self::Warning
        } else {
            Self::Normal
        }
    }

    /// The smallest use at which this level is reached; none where it never is (unlimited) and for `Normal`.
    /// Alerts find crossings with it.
    pub const fn threshold(self, base: Option<i64>) -> Option<i64> {
        let Some(base) = base else { return None };
        if base <= 0 {
            return match self {
                Self::Normal => None,
                Self::Warning | Self::Alert => Some(1),
            };
        }
        match self {
            Self::Normal => None,
            // The smallest integer with used * 100 >= base * 80, that is the ceiling of base * 4 / 5.
            Self::Warning => Some(((base as i128 * 4 + 4) / 5) as i64),
            Self::Alert => Some(base),
        }
    }
}

/// A percentage with one decimal, rounded down, unbounded: held in tenths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(i128);

impl Percent {
    /// The percentage of a use; none when unlimited and for a base of 0.
    pub const fn of(used: i64, base: Option<i64>) -> Option<Self> {
        match base {
            Some(base) if base > 0 => Some(Self((used as i128 * 1000).div_euclid(base as i128))),
            _ => None,
        }
    }

    /// Tenths of a percent.
    pub const fn tenths(self) -> i128 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{}", self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10)
    }
}

/// What holds for one tenant and meter now: the plan's allowance with overrides applied. Units at the meter's scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// What the fee pays for; none is unlimited.
    pub included: Option<i64>,
    /// The hard stop; none when there is none.
    pub cap: Option<i64>,
}

impl Limits {
    /// No limit at all.
    pub const UNLIMITED: Self = Self { included: None, cap: None };

    /// What the percentage is of: `included`, or `cap` where nothing is included and there is a cap.
    pub const fn base(self) -> Option<i64> {
        match (self.included, self.cap) {
            (Some(0), Some(cap)) => Some(cap),
            (included, _) => included,
        }
    }

    /// The level of a use.
    pub const fn level(self, used: i64) -> Level {
        Level::of(used, self.base())
    }

    /// The percentage of a use.
    pub const fn percent(self, used: i64) -> Option<Percent> {
        Percent::of(used, self.base())
    }

    /// What may still be used before the base or the cap is reached, whichever is first; not below 0, and none when
    /// nothing bounds it. With a cap below what is included the cap is what stops the next use.
    pub const fn remaining(self, used: i64) -> Option<i64> {
        let bound = match (self.base(), self.cap) {
            (Some(base), Some(cap)) if cap < base => cap,
            (Some(bound), _) | (None, Some(bound)) => bound,
            (None, None) => return None,
        };
        Some(if bound > used { bound.saturating_sub(used) } else { 0 })
    }

    /// Use above what is included; 0 when unlimited. Not for day meters, whose overage is a sum over days.
    pub const fn overage(self, used: i64) -> i64 {
        match self.included {
            Some(included) if used > included => used.saturating_sub(included),
            _ => 0,
        }
    }

    /// Whether a further use fits below the cap. Without a cap everything fits: use above `included` is overage.
    pub const fn admit(self, used: i64, asked: i64) -> Admission {
        let Some(cap) = self.cap else { return Admission::Admitted { left: None } };
        let left = cap as i128 - used as i128 - asked as i128;
        if left >= 0 || asked <= 0 {
            Admission::Admitted { left: Some(if left > i64::MAX as i128 { i64::MAX } else { left as i64 }) }
        } else {
            let left = cap as i128 - used as i128;
            Admission::Refused { cap, left: if left < 0 { 0 } else { left as i64 } }
        }
    }
}

/// The answer to "may this much more be used?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes.
    Admitted {
        /// What is left below the cap afterwards; none without a cap.
        left: Option<i64>,
    },
    /// No.
    Refused {
        /// The cap.
        cap: i64,
        /// What is left below it now, not below 0.
        left: i64,
    },
}
