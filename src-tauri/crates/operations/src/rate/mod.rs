//! Rating on its own: JSON Lines in, JSON Lines out, without a database. For checking a price before it is sold, and
//! for comparing the rules with other systems' test cases.
//!
//! Each line is `{id, model, params, units}` and is answered by `{id, amount, breakdown, proof}` or
//! `{id, error: {code, message}}`; a bad line never stops the ones after it. Pure: no file, no clock. Figures are
//! decimal strings; JSON numbers are taken too, with exactly the digits that they have in the text.

mod answer;
mod diagnose;
mod figure;
mod other;
mod price;
mod stream;

pub use answer::{Breakdown, RateAnswer, RateError, RateOutcome, RateProof};
pub use stream::{Outcomes, outcomes};

use answer::{Fault, Id, Worked};
use figure::{Object, Units};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The longest line that is read: 1 MiB.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// The longest id that is echoed.
const MAX_ID_CHARS: usize = 300;

/// What every line has, before its model says what else.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    id: Id,
    model: String,
}

/// The part of a line that its model gives the shape of. Fields beside these two are comments and are not read.
#[derive(Deserialize)]
struct Request<P> {
    params: Object<P>,
    #[serde(default)]
    units: Units,
}

/// Answers one line of JSON with one line of JSON.
pub fn rate_line(line: &str) -> String {
    rate_text(line).to_json()
}

/// Answers one line as it was read, without its line end: none for a blank line, a typed error for bytes that are not
/// UTF-8.
pub fn rate_bytes(line: &[u8]) -> Option<RateOutcome> {
    if line.len() <= MAX_LINE_BYTES && line.trim_ascii().is_empty() {
        return None;
    }
    Some(match std::str::from_utf8(line) {
        Ok(text) => rate_text(text),
        Err(error) => {
            let message = format!("the line is not UTF-8 from byte {} on", error.valid_up_to());
            RateOutcome::failed(Id::default(), Fault::new("not_utf8", message))
        }
    })
}

fn rate_text(line: &str) -> RateOutcome {
    if line.len() > MAX_LINE_BYTES {
        return too_long();
    }
    outcome(line)
}

fn too_long() -> RateOutcome {
    RateOutcome::failed(
        Id::default(),
        Fault::new("line_too_long", format!("a line is at most {MAX_LINE_BYTES} bytes long")),
    )
}

fn outcome(line: &str) -> RateOutcome {
    let head: Head = match serde_json::from_str(line) {
        Ok(Object(head)) => head,
        Err(error) => return RateOutcome::failed(lone_id(line), diagnose::of_head(&error)),
    };
    if head.id.is_longer_than(MAX_ID_CHARS) {
        let message = format!("an id has at most {MAX_ID_CHARS} characters");
        return RateOutcome::failed(Id::default(), Fault::new("id_too_long", message));
    }
    match work(&head.model, line) {
        Ok(worked) => RateOutcome::worked(head.id, worked),
        Err(fault) => RateOutcome::failed(head.id, fault),
    }
}

/// The id of a line that has nothing else right, so that the error can still be told apart.
fn lone_id(line: &str) -> Id {
    #[derive(Deserialize)]
    struct Lone {
        #[serde(default)]
        id: Id,
    }
    let id = serde_json::from_str::<Object<Lone>>(line).map(|Object(lone)| lone.id).unwrap_or_default();
    if id.is_longer_than(MAX_ID_CHARS) { Id::default() } else { id }
}

fn read<P: DeserializeOwned>(line: &str) -> Result<(P, Units), Fault> {
    let Object(request): Object<Request<P>> =
        serde_json::from_str(line).map_err(|error| diagnose::of_body::<P>(line, &error))?;
    Ok((request.params.0, request.units))
}

fn work(model: &str, line: &str) -> Result<Worked, Fault> {
    macro_rules! with {
        ($rule:path) => {{
            let (params, units) = read(line)?;
            $rule(params, &units)
        }};
    }
    match model {
        "delta_rerate" => with!(price::delta),
        "minimum_true_up" => with!(other::minimum_true_up),
        "true_up_after_rounding" => with!(other::true_up_after_rounding),
        "proration_days" => with!(other::proration_days),
        "proration_change" => with!(other::proration_change),
        "credit_cap" => with!(other::credit_cap),
        "calendar_days" => with!(other::calendar_days),
        "currency_rounding" => with!(other::currency_rounding),
        "tax_percent" => with!(other::tax_percent),
        "coupon_percent" => with!(other::coupon_percent),
        "coupon_fixed" => with!(other::coupon_fixed),
        "credit_note_net" | "credit_note_tax" | "credit_note_total" => {
            let (params, _) = read(line)?;
            other::credit_note(model, &params)
        }
        "wallet_allocation" | "wallet_currency" => with!(other::wallets),
        "progressive_final" => with!(other::progressive_final),
        "progressive_sequence" => with!(other::progressive_sequence),
        _ => {
            let name = model.strip_suffix("_line").unwrap_or(model);
            let Ok(name) = name.parse::<price::ModelName>() else {
                let shown: String = model.chars().take(80).collect();
                return Err(Fault::new("unknown_model", format!("'{shown}' is no model that is known here")));
            };
            let (params, units) = read(line)?;
            price::line(name, params, &units)
        }
    }
}
