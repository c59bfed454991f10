//! Use of a closed period, resolved for a person who decides about it (rules, sections 2.9 and 7.5).

use super::{Arriving, Lateness, Parent, Timeline, check_open, missing_period};
use crate::event::{Assignment, Usage};
use crate::ids::PeriodId;
use crate::meter::Meter;
use crate::plan::PlanLookup;
use crate::put_aside::{PutAside, Reason};
use crate::time::Timestamp;

/// Use of a closed period, resolved (see [`Timeline::assign_late`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// What was resolved; its billed period is left out.
    pub assignment: Assignment,
    /// The period in which it happened.
    pub of: PeriodId,
    /// The period that would have billed it: the same, or that of the event that it corrects.
    pub billed: PeriodId,
    /// Whether that one is closed. Otherwise nothing is late.
    pub is_closed: bool,
    /// The first later period of the subscription that is open; none when there is none.
    pub next: Option<PeriodId>,
}

impl Timeline {
    /// Resolves a use of a closed period that a person decides about (rules, section 7.5): day, period and entitlement as
    /// they would have been. The assignment bills it nowhere: whoever takes it says where, mostly in [`Late::next`].
    ///
    /// # Errors
    /// Why the use is put aside, whatever is decided. How late it came is not looked at.
    pub fn assign_late(
        &self,
        usage: &Usage,
        meter: &Meter,
        parent: Option<&Parent>,
        now: Timestamp,
        plans: &impl PlanLookup,
    ) -> Result<Late, PutAside> {
        let arriving = Arriving { arrival: None, lateness: Lateness::Checked, open_at: None };
        let assignment = self.resolve(usage, meter, parent, arriving, plans)?;
        let missing = || PutAside::new(Reason::NoSubscription, "it is of no billing period: nothing would bill it");
        // What a credit note has settled is billed nowhere; it belongs to the invoice of its own period.
        let billed = assignment.billed_period.or(assignment.period).ok_or_else(missing)?;
        let of = assignment.period.unwrap_or(billed);
        let slot = self.slots.iter().find(|slot| slot.period.id == billed);
        let slot = slot.ok_or_else(|| missing_period(usage.occurred_at))?;
        let is_closed = check_open(slot, now).is_err();
        let after = self.slots_of(slot.period.subscription).iter();
        let later = after.filter(|other| other.period.seq > slot.period.seq);
        let next = later.filter(|other| check_open(other, now).is_ok()).map(|other| other.period.id).next();
        Ok(Late { assignment: Assignment { billed_period: None, ..assignment }, of, billed, is_closed, next })
    }
}
