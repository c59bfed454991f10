//! Calls: their seconds, and how many there were at the same time.

use super::{Life, Report, dollars, instant, parts, spread};
use crate::sample::Made;
use crate::sample::accounts::Contract;
use crate::sample::catalogue::meter_code;
use crate::sample::random::Random;
use billing::event::{Classification, Subjects};
use billing::time::Interval;

const SOURCE: &str = "call-switch";
/// Carriers with their price of a second in billionths of a dollar.
const CARRIERS: [(&str, i64); 2] = [("twilio", 141_667), ("vonage", 133_333)];

/// The calls of a contract.
pub(super) fn calls(life: &Life<'_>, contract: &Contract, reports: &mut Vec<Report>) -> Made<()> {
    let mut random = life.random.stream("calls", life.account.turn).stream(&contract.id.to_string(), 0);
    let pace = life.pace(contract, meter_code::CALL_SECONDS, &mut random);
    let mut number = 0;
    for slice in life.slices(contract)? {
        let total = life.target(contract, &slice, meter_code::CALL_SECONDS, pace, 0, &mut random);
        let count = parts(&slice, 26, 52, &mut random)?;
        for (at, seconds) in spread(life, &slice, total, count, &mut random)? {
            number += 1;
            let (carrier, price) = *random.pick(&CARRIERS);
            let key = format!("call-{number:06}");
            let mut call = Report::new(life, SOURCE, key.clone(), meter_code::CALL_SECONDS, at, seconds);
            call.provider = carrier;
            call.cost = dollars(price, seconds);
            call.action = *random.pick(&["inbound", "inbound", "outbound"]);
            call.subjects = Subjects { user: life.pick("user", &mut random).map(|it| it.id), ..Subjects::default() };
            if random.per_mille(12) {
                reports.extend(correction(&call, &mut random));
            }
            if random.per_mille(15) {
                call.free_because = Some("call was not connected");
            }
            reports.push(call);
        }
        at_once(life, &slice.interval, slice.number, &mut random, reports)?;
    }
    Ok(())
}

/// A part of a call that the switch counted too much, taken back some hours later. It carries the time of the call.
fn correction(call: &Report, random: &mut Random) -> Option<Report> {
    let arrives_at = call.occurred_at.plus_micros(random.between(1, 20) * super::HOUR).ok()?;
    Some(Report {
        arrives_at,
        key: format!("{}/correction", call.key),
        quantity: -(call.quantity / random.between(2, 5)),
        classification: Classification::Correction,
        parent: Some(call.key.clone()),
        cost: None,
        details: vec![("note", "Counted after the caller had hung up".to_owned())],
        ..call.clone()
    })
}

/// The most calls at the same time, reported about once a week.
fn at_once(
    life: &Life<'_>,
    interval: &Interval,
    number: usize,
    random: &mut Random,
    reports: &mut Vec<Report>,
) -> Made<()> {
    let weeks = (interval.end.micros() - interval.start.micros()) / (7 * 24 * super::HOUR);
    for week in 0..=weeks {
        let at = instant(life, *interval, random)?;
        let key = format!("peak-{number:03}-{week}");
        let calls = random.between(1, 6);
        reports.push(Report::new(life, SOURCE, key, meter_code::CALLS_AT_ONCE, at, calls));
    }
    Ok(())
}
