//! Agents that read mail, find invoices and prepare meetings, and the seconds of agents on the platform.

use super::{Life, Report, dollars, parts, spread};
use crate::sample::Made;
use crate::sample::accounts::Contract;
use crate::sample::catalogue::meter_code;
use billing::event::Subjects;
use billing::ids::SubjectId;

const SOURCE: &str = "agent-runner";
/// Meter, action, most runs in a period.
const AGENTS: [(&str, &str, i64); 3] =
    [(meter_code::INBOX, "process", 13), (meter_code::INVOICE, "detect", 9), (meter_code::MEETING, "prepare", 7)];

/// The agents of a contract.
pub(super) fn agents(life: &Life<'_>, contract: &Contract, reports: &mut Vec<Report>) -> Made<()> {
    for (meter, action, most) in AGENTS {
        let mut random = life.random.stream(meter, life.account.turn).stream(&contract.id.to_string(), 0);
        let pace = life.pace(contract, meter, &mut random);
        let mut number = 0;
        for slice in life.slices(contract)? {
            let total = life.target(contract, &slice, meter, pace, 0, &mut random);
            let count = parts(&slice, most / 2, most, &mut random)?;
            for (at, quantity) in spread(life, &slice, total, count, &mut random)? {
                number += 1;
                let mut run = Report::new(life, SOURCE, format!("{meter}-{number:06}"), meter, at, quantity);
                run.action = action;
                run.subjects = Subjects {
                    user: life.pick("user", &mut random).map(|it| it.id),
                    resource: Some(SubjectId::from_uuid(random.uuid())),
                    ..Subjects::default()
                };
                reports.push(run);
            }
        }
    }
    Ok(())
}

/// Seconds that agents of the platform worked. The Free Trial has none included: one tenant in five tries anyway.
pub(super) fn agent_time(life: &Life<'_>, contract: &Contract, reports: &mut Vec<Report>) -> Made<()> {
    let meter = meter_code::AGENT_SECONDS;
    let mut random = life.random.stream(meter, life.account.turn).stream(&contract.id.to_string(), 0);
    let pace = life.pace(contract, meter, &mut random);
    let mut number = 0;
    for slice in life.slices(contract)? {
        let no_limit = random.between(20_000, 90_000);
        let total = if life.base(contract, &slice, meter) == Some(0) {
            let tries = slice.running && life.account.turn % 5 == 3;
            if tries { random.between(40, 90) } else { 0 }
        } else {
            life.target(contract, &slice, meter, pace, no_limit, &mut random)
        };
        let count = parts(&slice, 5, 11, &mut random)?;
        for (at, seconds) in spread(life, &slice, total, count, &mut random)? {
            number += 1;
            let mut run = Report::new(life, SOURCE, format!("{meter}-{number:06}"), meter, at, seconds);
            run.action = *random.pick(&["research", "browse", "write"]);
            run.cost = dollars(18_000, seconds);
            run.subjects = Subjects { user: life.pick("user", &mut random).map(|it| it.id), ..Subjects::default() };
            reports.push(run);
        }
    }
    Ok(())
}
