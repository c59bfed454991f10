//! Memories of the platform: what was stored and what was freed, by tier.
//!
//! The action of an event is the tier: `STM`, `ITM` or `LTM`. What the short-term tier holds is not counted against
//! the limit (requirement E4), so the source says that it is not billable.

use super::{Life, Now, Pace, Report, instant};
use crate::sample::Made;
use crate::sample::accounts::Contract;
use crate::sample::catalogue::meter_code;
use crate::sample::random::{Random, split};
use billing::event::Subjects;
use billing::ids::SubjectId;

const SOURCE: &str = "memory-store";
const GIB: i64 = 1 << 30;

/// A memory that is held.
struct Held {
    tier: &'static str,
    bytes: i64,
    resource: SubjectId,
}

/// The movements of a contract's memory, in the order of time: the total grows to what the pace says.
pub(super) fn memory(life: &Life<'_>, contract: &Contract, reports: &mut Vec<Report>) -> Made<()> {
    let meter = meter_code::MEMORY_BYTES;
    let mut random = life.random.stream(meter, life.account.turn).stream(&contract.id.to_string(), 0);
    let pace = life.pace(contract, meter, &mut random);
    let unlimited = random.between(2, 70) * GIB;
    let slices = life.slices(contract)?;
    let count = i64::try_from(slices.len())?;
    let mut shelf = Shelf { life, held: Vec::new(), number: 0 };
    for (index, slice) in (1..).zip(&slices) {
        let base = life.base(contract, slice, meter).unwrap_or(unlimited);
        let Pace { past, now: Now::SoFar(last) | Now::Already(last) } = pace;
        let thousandths = if index == count { last } else { past * index / count };
        let wanted = base / 1_000 * thousandths + base % 1_000;
        let mut movements = shelf.movements(wanted, &mut random);
        let mut instants = Vec::with_capacity(movements.len());
        for _ in &movements {
            instants.push(instant(life, slice.interval, &mut random)?);
        }
        instants.sort();
        for (movement, at) in movements.iter_mut().zip(instants) {
            (movement.occurred_at, movement.arrives_at) = (at, at);
        }
        reports.append(&mut movements);
    }
    Ok(())
}

struct Shelf<'a> {
    life: &'a Life<'a>,
    held: Vec<Held>,
    number: usize,
}

impl Shelf<'_> {
    fn counted(&self) -> i64 {
        self.held.iter().filter(|held| held.tier != "STM").map(|held| held.bytes).sum()
    }

    /// The movements that bring what is counted to a quantity: first something is freed, then the rest is stored.
    fn movements(&mut self, wanted: i64, random: &mut Random) -> Vec<Report> {
        let mut made = Vec::new();
        if self.held.len() > 3 {
            let oldest = self.held.remove(0);
            made.push(self.freed(&oldest));
        }
        while self.counted() > wanted && !self.held.is_empty() {
            let newest = self.held.remove(self.held.len() - 1);
            made.push(self.freed(&newest));
        }
        let weights: Vec<i64> = (0..random.between(3, 6)).map(|_| random.between(10, 90)).collect();
        for bytes in split(wanted - self.counted(), &weights).into_iter().filter(|bytes| *bytes > 0) {
            let tier = *random.pick(&["ITM", "LTM", "LTM"]);
            made.push(self.stored(tier, bytes, random));
        }
        let short_term = random.between(40_000, 9_000_000);
        made.push(self.stored("STM", short_term, random));
        made
    }

    fn stored(&mut self, tier: &'static str, bytes: i64, random: &mut Random) -> Report {
        let held = Held { tier, bytes, resource: SubjectId::from_uuid(random.uuid()) };
        let report = self.moved(&held, bytes);
        self.held.push(held);
        report
    }

    fn freed(&mut self, held: &Held) -> Report {
        self.moved(held, -held.bytes)
    }

    fn moved(&mut self, held: &Held, bytes: i64) -> Report {
        self.number += 1;
        let verb = if bytes < 0 { "free" } else { "store" };
        let key = format!("{verb}-{:06}", self.number);
        let mut report = Report::new(self.life, SOURCE, key, meter_code::MEMORY_BYTES, self.life.now, bytes);
        report.action = held.tier;
        report.subjects = Subjects { resource: Some(held.resource), ..Subjects::default() };
        if held.tier == "STM" {
            report.free_because = Some("short-term memory is not counted");
        }
        report
    }
}
