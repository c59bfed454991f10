//! The real Azure LLM inference trace of 2023, and the rule that spreads it over the sample's tenants and days.
//!
//! The sizes and the order of the requests are untouched; only whose they are and when they happened is made up,
//! because the trace has neither tenants nor more than one hour. The rule:
//!
//! 1. The requests of both files are put into the order of their times and numbered.
//! 2. A day weighs three times as much at the end of the span as at its beginning, linearly, and half of that on
//!    Saturdays and Sundays. The days get their numbers of requests by these weights (largest remainder), in order.
//! 3. The requests of a day go around the tenants that have a subscription on it by smooth weighted round robin.
//! 4. The requests that a tenant gets on a day are spread evenly over its local day from 06:00 to 22:00; the last
//!    day only has what of it has passed. Each keeps the microseconds of its real time.
//!
//! Licence and attribution: `data/README.md`.

use super::random::split;
use billing::quantity::parse_decimal;

const CONVERSATION: &str = include_str!("data/azure-llm-2023/AzureLLMInferenceTrace_conv.csv");
const CODE: &str = include_str!("data/azure-llm-2023/AzureLLMInferenceTrace_code.csv");

/// Which of the two services a request went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    /// Conversation.
    Chat,
    /// Code completion.
    Code,
}

impl Service {
    /// The action code of its events.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Code => "code",
        }
    }
}

/// One request of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Request {
    /// Microseconds since midnight of the trace's day; the seventh digit is cut.
    pub at_micros: i64,
    /// The service.
    pub service: Service,
    /// Line of its file, for its key.
    pub line: usize,
    /// Context tokens.
    pub input: i64,
    /// Generated tokens.
    pub output: i64,
}

/// All requests, in the order of their times.
pub(super) fn requests() -> Vec<Request> {
    let mut all: Vec<Request> = [(CONVERSATION, Service::Chat), (CODE, Service::Code)]
        .into_iter()
        .flat_map(|(text, service)| {
            let rows = text.lines().enumerate().skip(1).filter(|(_, row)| !row.is_empty());
            rows.map(move |(index, row)| request(row, index + 1, service).expect("the embedded file is tested"))
        })
        .collect();
    all.sort();
    all
}

/// `2023-11-16 18:15:46.6805900,374,44`
fn request(row: &str, line: usize, service: Service) -> Option<Request> {
    let mut fields = row.trim_end().split(',');
    let clock = fields.next()?.split_once(' ')?.1;
    let (mut micros, (rest, seconds)) = (0, clock.rsplit_once(':')?);
    for part in rest.split(':') {
        micros = micros * 60 + part.parse::<i64>().ok()? * 60_000_000;
    }
    let seconds = parse_decimal(seconds).ok()?.checked_mul(1_000_000.into())?.trunc();
    micros += i64::try_from(seconds.mantissa()).ok()?;
    let input = fields.next()?.parse().ok()?;
    let output = fields.next()?.parse().ok()?;
    Some(Request { at_micros: micros, service, line, input, output })
}

/// How many requests each day of the span gets (rule 2). `weekend(day)` says which days are Saturdays and Sundays,
/// counted from the first day.
pub(super) fn requests_by_day(requests: usize, days: usize, weekend: impl Fn(usize) -> bool) -> Vec<usize> {
    let weight = |day: usize| {
        let grown = i64::try_from(days + 2 * day).unwrap_or(i64::MAX);
        if weekend(day) { grown / 2 } else { grown }
    };
    let weights: Vec<i64> = (0..days).map(weight).collect();
    let parts = split(i64::try_from(requests).unwrap_or(0), &weights);
    parts.into_iter().map(|part| usize::try_from(part).unwrap_or(0)).collect()
}

/// Smooth weighted round robin (rule 3): every turn each participant gains its weight, and the one that has most
/// pays the sum of all.
#[derive(Debug, Clone)]
pub(super) struct RoundRobin {
    credit: Vec<i64>,
}

impl RoundRobin {
    /// For a number of participants.
    pub fn new(participants: usize) -> Self {
        Self { credit: vec![0; participants] }
    }

    /// The next participant; `weights` are 0 for those that take no part now. None when all are.
    pub fn next(&mut self, weights: &[i64]) -> Option<usize> {
        let sum: i64 = weights.iter().sum();
        let mut best: Option<usize> = None;
        for (index, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0) {
            self.credit[index] += weight;
            if best.is_none_or(|best| self.credit[index] > self.credit[best]) {
                best = Some(index);
            }
        }
        self.credit[best?] -= sum;
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_trace_has_the_totals_of_its_source() {
        let all = requests();
        let sum = |service, of: fn(&Request) -> i64| {
            all.iter().filter(|request| request.service == service).map(of).sum::<i64>()
        };
        assert_eq!(all.len(), 19_366 + 8_819, "both files are whole");
        assert_eq!(sum(Service::Chat, |r| r.input), 22_361_870, "context tokens of the conversation file");
        assert_eq!(sum(Service::Chat, |r| r.output), 4_088_665, "generated tokens of the conversation file");
        assert_eq!(sum(Service::Code, |r| r.input), 18_059_974, "context tokens of the code file");
        assert_eq!(sum(Service::Code, |r| r.output), 245_896, "generated tokens of the code file");
    }

    #[test]
    fn a_row_is_read_to_the_microsecond() {
        let read = request("2023-11-16 18:15:46.6805909,374,44", 2, Service::Chat).expect("a good row");
        assert_eq!(read.at_micros, ((18 * 60 + 15) * 60 + 46) * 1_000_000 + 680_590, "the seventh digit is cut");
        assert_eq!((read.input, read.output, read.line), (374, 44, 2), "sizes and line are kept");
    }

    #[test]
    fn days_get_all_requests_and_grow_threefold() {
        let days = requests_by_day(28_185, 395, |day| day % 7 >= 5);
        assert_eq!(days.iter().sum::<usize>(), 28_185, "no request is lost");
        assert!(days[389] > days[0] * 5 / 2, "use grows: {} then {}", days[0], days[389]);
        assert!(days[5] < days[4], "week-ends are quiet");
    }

    #[test]
    fn the_round_robin_keeps_to_the_weights_and_leaves_out_the_absent() {
        let mut robin = RoundRobin::new(3);
        let mut turns = [0; 3];
        for _ in 0..100 {
            turns[robin.next(&[5, 0, 15]).expect("two take part")] += 1;
        }
        assert_eq!(turns, [25, 0, 75], "turns are in the ratio of the weights");
        assert_eq!(robin.next(&[0, 0, 0]), None, "nobody takes part");
    }
}
