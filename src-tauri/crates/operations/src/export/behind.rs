//! Which events are behind which line of an invoice: those of a meter in a period that are billed on it, shared out among the
//! segments of the period as rating does it.

use billing::ids::{MeterId, PlanVersionId, TenantId};
use billing::invoice::{Content, Line, LineKind};
use billing::meter::{Aggregation, Meter, Reset};
use billing::time::Day;
use std::collections::HashMap;
use store::evidence::Behind;
use store::look::line_events::{Own, Share};

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

/// Which use is of a line by itself.
fn own(line: &Line, by_day: bool) -> Option<Own> {
    let part = line.part.as_ref()?;
    let version = if by_day { None } else { line.plan_version };
    Some(Own { from: part.from, to: part.to, version })
}

/// The lines of one meter and period but the last one, the oldest first, and the last one.
fn in_turn<'l>(lines: &[&'l Line]) -> Option<(&'l Line, Vec<&'l Line>)> {
    let mut order = lines.to_vec();
    order.sort_by_key(|line| line.part.as_ref().map(|part| (part.from, part.to)));
    order.pop().map(|last| (last, order))
}

/// Which share of the use of its meter and period a line has, among the lines of the same; as [`taker`].
pub(crate) fn share(lines: &[&Line], by_day: bool, line: &Line) -> Share {
    let Some((last, others)) = in_turn(lines) else { return Share::whole() };
    match own(line, by_day) {
        Some(own) if !std::ptr::eq(last, line) => Share::Own(own),
        _ => Share::Rest(others.into_iter().filter_map(|line| own(line, by_day)).collect()),
    }
}

/// Of the lines of one meter and period the one that takes use of a day under a plan version: the last one takes what is of
/// no other. A segment that was not used has no line, and there is nothing that it would take.
pub(crate) fn taker<'l>(
    lines: &[&'l Line],
    by_day: bool,
    day: Day,
    version: Option<PlanVersionId>,
) -> Option<&'l Line> {
    let (last, others) = in_turn(lines)?;
    let is_own = |line: &&Line| own(line, by_day).is_some_and(|own| own.takes(day, version));
    Some(others.into_iter().find(is_own).unwrap_or(last))
}
