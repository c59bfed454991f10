//! Which events are behind which line of an invoice: those of a meter in a period that are billed on it, shared out among the
//! segments of the period as rating does it.

use billing::ids::{MeterId, PlanVersionId, TenantId};
use billing::invoice::{Content, Line, LineKind};
use billing::meter::{Aggregation, Meter, Reset};
use billing::time::Day;
use std::collections::HashMap;
use store::evidence::Behind;

/// The lines of one meter and one period.
pub(crate) struct Uses<'c> {
    /// The meter.
    pub meter: &'c Meter,
    /// The events behind all of them.
    pub wanted: Behind,
    lines: Vec<&'c Line>,
}

impl Uses<'_> {
    /// The line that takes an event.
    pub fn line_of(&self, day: Day, version: Option<PlanVersionId>) -> u32 {
        taker(&self.lines, counts_by_day(self.meter.aggregation, self.meter.reset), day, version)
            .map_or(0, |line| line.no)
    }
}

/// The uses that an invoice bills, in the order of its lines. A line that no use made has none, nor has one of a meter that
/// is not known here.
pub(crate) fn uses<'c>(tenant: TenantId, content: &'c Content, meters: &'c HashMap<MeterId, Meter>) -> Vec<Uses<'c>> {
    let mut all: Vec<Uses<'c>> = Vec::new();
    let Some(billed) = content.part.as_ref().map(|part| part.period) else { return all };
    for line in content.lines.iter().filter(|line| is_use(line)) {
        let known = line.meter.and_then(|meter| meters.get(&meter)).zip(line.part.as_ref());
        let Some((meter, part)) = known else { continue };
        let same = |it: &&mut Uses<'_>| (it.wanted.meter, it.wanted.period) == (meter.id, part.period);
        match all.iter_mut().find(same) {
            Some(uses) => {
                uses.wanted.from = uses.wanted.from.min(part.from);
                uses.wanted.to = uses.wanted.to.max(part.to);
                uses.lines.push(line);
            }
            None => {
                let (from, to) = (part.from, part.to);
                let wanted = Behind { tenant, meter: meter.id, period: part.period, billed, from, to };
                all.push(Uses { meter, wanted, lines: vec![line] });
            }
        }
    }
    all
}

/// Whether use made a line.
pub(crate) fn is_use(line: &Line) -> bool {
    matches!(line.kind, LineKind::Usage | LineKind::Late | LineKind::Memo)
}

/// Whether use belongs to a segment by its day alone. Otherwise a day on which the plan changed has use under both versions.
pub(crate) const fn counts_by_day(aggregation: Aggregation, reset: Reset) -> bool {
    matches!(aggregation, Aggregation::Level) || matches!(reset, Reset::Day)
}

/// Of the lines of one meter and period the one that takes use of a day under a plan version: the last one takes what is of
/// no other. A segment that was not used has no line, and there is nothing that it would take.
pub(crate) fn taker<'l>(
    lines: &[&'l Line],
    by_day: bool,
    day: Day,
    version: Option<PlanVersionId>,
) -> Option<&'l Line> {
    let last = lines.iter().max_by_key(|line| line.part.as_ref().map(|part| part.to))?;
    let is_own = |line: &&&Line| {
        let Some(part) = &line.part else { return false };
        let begun = part.from <= day;
        if by_day { begun && day < part.to } else { begun && day <= part.to && line.plan_version == version }
    };
    let mut others: Vec<&&Line> = lines.iter().filter(|line| line.no != last.no).collect();
    others.sort_by_key(|line| line.part.as_ref().map(|part| part.from));
    others.iter().find(|line| is_own(line)).copied().or(Some(last)).copied()
}
