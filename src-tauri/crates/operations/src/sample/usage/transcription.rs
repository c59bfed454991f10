//! Transcription: sessions, the seconds that were transcribed, failed attempts and repetitions, exports by format.

use super::{Life, Report, dollars, parts, spread};
use crate::sample::Made;
use crate::sample::accounts::Contract;
use crate::sample::catalogue::meter_code;
use crate::sample::names::CLIENT_NOTES;
use crate::sample::random::Random;
use billing::event::{Classification, Subjects};
use billing::ids::SubjectId;

const SOURCE: &str = "transcriber";
/// Engines with their price of a second in billionths of a dollar.
const ENGINES: [(&str, i64); 2] = [("google", 400_000), ("assemblyai", 102_778)];

/// The transcriptions of a contract.
pub(super) fn transcription(life: &Life<'_>, contract: &Contract, reports: &mut Vec<Report>) -> Made<()> {
    let meter = meter_code::TRANSCRIPTION_SECONDS;
    let mut random = life.random.stream(meter, life.account.turn).stream(&contract.id.to_string(), 0);
    let pace = life.pace(contract, meter, &mut random);
    let mut number = 0;
    for slice in life.slices(contract)? {
        let total = life.target(contract, &slice, meter, pace, 0, &mut random);
        let count = parts(&slice, 9, 16, &mut random)?;
        for (at, seconds) in spread(life, &slice, total, count, &mut random)? {
            number += 1;
            let original = original(life, number, at, seconds, &mut random);
            session(life, &original, number, reports);
            if random.per_mille(330) {
                reports.push(export(life, &original, number, &mut random));
            }
            attempts(original, &mut random, reports)?;
        }
    }
    Ok(())
}

fn original(life: &Life<'_>, number: i64, at: billing::time::Timestamp, seconds: i64, random: &mut Random) -> Report {
    let key = format!("tr-{number:06}");
    let mut report = Report::new(life, SOURCE, key, meter_code::TRANSCRIPTION_SECONDS, at, seconds);
    let (engine, price) = *random.pick(&ENGINES);
    let client = life.pick("client", random);
    report.provider = engine;
    report.action = "transcribe";
    report.cost = dollars(price, seconds);
    report.subjects = Subjects {
        user: life.pick("user", random).map(|it| it.id),
        client: client.map(|it| it.id),
        session: Some(SubjectId::from_uuid(random.uuid())),
        resource: None,
    };
    let who = client.map_or_else(String::new, |client| client.name.clone());
    report.details = vec![
        ("file", format!("{who} {}.m4a", at.utc().format("%Y-%m-%d"))),
        ("bytes", (seconds * 8_000 + random.between(0, 7_999)).to_string()),
        ("language", (*random.pick(&["en", "de", "fr", "ja", "ar", "hi", "uk"])).to_owned()),
        ("speakers", random.between(1, 4).to_string()),
        ("note", (*random.pick(CLIENT_NOTES)).to_owned()),
    ];
    report
}

/// The first attempt with, now and then, what came of its failure: a repetition that failed again and one that
/// succeeded. Only the last is billed, unless the plan says that repetitions are free.
fn attempts(original: Report, random: &mut Random, reports: &mut Vec<Report>) -> Made<()> {
    if !random.per_mille(70) {
        reports.push(original);
        return Ok(());
    }
    let again = |key: &str, classification, minutes: i64| -> Made<Report> {
        let at = original.occurred_at.plus_micros(minutes * 60_000_000)?;
        Ok(Report {
            arrives_at: at,
            occurred_at: at,
            key: format!("{}/{key}", original.key),
            classification,
            parent: Some(original.key.clone()),
            details: Vec::new(),
            ..original.clone()
        })
    };
    let failed = again("retry-1", Classification::RetryFailed, 2)?;
    let done = again("retry-2", Classification::RetrySuccess, 5)?;
    reports.push(Report { free_because: Some("the engine failed"), cost: None, ..original });
    if random.per_mille(600) {
        reports.push(Report { cost: None, ..failed });
    }
    reports.push(done);
    Ok(())
}

fn session(life: &Life<'_>, of: &Report, number: i64, reports: &mut Vec<Report>) {
    let key = format!("se-{number:06}");
    let mut session = Report::new(life, SOURCE, key, meter_code::SESSIONS, of.occurred_at, 1);
    session.action = "session";
    session.subjects = of.subjects;
    reports.push(session);
}

fn export(life: &Life<'_>, of: &Report, number: i64, random: &mut Random) -> Report {
    let key = format!("ex-{number:06}");
    let mut export = Report::new(life, SOURCE, key, meter_code::EXPORTS, of.occurred_at, 1);
    export.action = *random.pick(&["txt", "docx", "pdf", "srt"]);
    export.subjects = of.subjects;
    export
}
