//! Tokens of language models: the real trace, spread over the tenants of the platform by the rule of [`trace`].

use super::{HOUR, Life, Report};
use crate::sample::Made;
use crate::sample::accounts::{DAY_MICROS, Role};
use crate::sample::catalogue::meter_code;
use crate::sample::random::Random;
use crate::sample::trace::{self, Request, RoundRobin, requests_by_day};
use billing::event::Subjects;
use billing::money::{Cost, Currency};
use billing::time::{Day, Timestamp};
use chrono::{Datelike, Weekday};

const SOURCE: &str = "llm-gateway";
/// Price of a token in billionths of a dollar.
const INPUT_NANO: i64 = 2_500;
const OUTPUT_NANO: i64 = 10_000;

/// The tokens of all tenants of the platform.
pub(crate) fn llm(lives: &[Life<'_>], random: &Random) -> Made<Vec<Report>> {
    let users: Vec<&Life<'_>> = lives.iter().filter(|life| uses_models(life)).collect();
    let Some(first) = users.first() else { return Ok(Vec::new()) };
    let days = usize::try_from((first.now.micros() - first.begins_at()?.micros()) / DAY_MICROS + 1)?;
    let today = Day::of(first.now, first.account.zone)?;
    let weekend = |day: usize| {
        let back = i64::try_from(days - 1 - day).unwrap_or(0);
        today.plus_days(-back).is_ok_and(|day| matches!(day.date().weekday(), Weekday::Sat | Weekday::Sun))
    };
    let requests = trace::requests();
    let by_day = requests_by_day(requests.len(), days, weekend);
    let shares: Vec<i64> = users.iter().enumerate().map(|(turn, life)| share(turn, life)).collect();
    let mut robin = RoundRobin::new(users.len());
    let mut random = random.stream("llm", 0);
    let mut rest = requests.as_slice();
    let mut reports = Vec::with_capacity(requests.len());
    for (day, count) in by_day.into_iter().enumerate() {
        let (own, others) = rest.split_at(count);
        rest = others;
        let back = i64::try_from(days - 1 - day)?;
        one_day(&users, &shares, back, own, &mut robin, &mut random, &mut reports)?;
    }
    Ok(reports)
}

fn uses_models(life: &Life<'_>) -> bool {
    let quiet = matches!(life.account.role, Role::Idle | Role::Without);
    !quiet && life.account.contracts.iter().any(|contract| contract.family == "platform")
}

/// The weight of a tenant in the round robin: a few large ones, whose day is worth looking at, and many small ones.
fn share(turn: usize, life: &Life<'_>) -> i64 {
    let rank = life.account.contracts.first().map_or(1, |contract| contract.present().rank);
    match (rank, turn % 10) {
        (1, _) => 4,
        (2, 1) => 330,
        (2, 4) => 210,
        (2, _) => 18,
        _ => 45,
    }
}

/// The requests of one day, `back` days before today on each tenant's own calendar.
fn one_day(
    users: &[&Life<'_>],
    shares: &[i64],
    back: i64,
    requests: &[Request],
    robin: &mut RoundRobin,
    random: &mut Random,
    reports: &mut Vec<Report>,
) -> Made<()> {
    let mut bounds = Vec::with_capacity(users.len());
    let mut weights = Vec::with_capacity(users.len());
    for (life, share) in users.iter().zip(shares) {
        let zone = life.account.zone;
        let start = Day::of(life.now, zone)?.plus_days(-back)?.start(zone)?;
        let (opens, closes) = (start.plus_micros(6 * HOUR)?, start.plus_micros(22 * HOUR)?);
        // Of today only what has passed; before six in the morning that is the night.
        let interval = if back > 0 { (opens, closes) } else { (opens.min(start.max(life.now)), closes.min(life.now)) };
        let interval = if interval.0 < interval.1 { interval } else { (start, life.now) };
        let active = life.account.contracts.iter().any(|contract| {
            contract.family == "platform" && contract.runs_at(interval.0) && contract.runs_at(interval.1)
        });
        bounds.push(interval);
        weights.push(if active { *share } else { 0 });
    }
    let mut own: Vec<Vec<&Request>> = vec![Vec::new(); users.len()];
    for request in requests {
        if let Some(turn) = robin.next(&weights) {
            own[turn].push(request);
        }
    }
    for ((life, (from, to)), requests) in users.iter().zip(bounds).zip(own) {
        let count = i64::try_from(requests.len())?.max(1);
        for (place, request) in (0..).zip(requests) {
            let width = to.micros() - from.micros();
            let second = (from.micros() + width / count * place) / 1_000_000 * 1_000_000;
            let at = (second + request.at_micros % 1_000_000).clamp(from.micros(), to.micros());
            reports.push(report(life, request, Timestamp::from_micros(at)?, random));
        }
    }
    Ok(())
}

fn report(life: &Life<'_>, request: &Request, at: Timestamp, random: &mut Random) -> Report {
    let key = format!("{}-{}", request.service.action(), request.line);
    let tokens = request.input + request.output;
    let mut report = Report::new(life, SOURCE, key, meter_code::LLM_TOKENS, at, tokens);
    report.action = request.service.action();
    report.provider = "azure";
    let nano = request.input * INPUT_NANO + request.output * OUTPUT_NANO;
    report.cost = Some(Cost { nano, currency: Currency::USD });
    report.subjects = Subjects { user: life.pick("user", random).map(|it| it.id), ..Subjects::default() };
    report.details =
        vec![("context_tokens", request.input.to_string()), ("generated_tokens", request.output.to_string())];
    report
}
