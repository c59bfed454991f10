//! `rate`: prices uses under prices, from JSON Lines on standard input; no database.

use crate::context::Context;
use crate::output::{Form, Outcome, print, printable};
use operations::error::{OperationError, Result};
use operations::rate::{RateOutcome, outcomes};

/// Arguments of `rate`.
#[derive(Debug, clap::Args)]
#[command(long_about = "Price uses under prices. Reads JSON Lines {id, model, params, units} from standard input and \
writes one line each: with --json {id, amount, breakdown, proof} or {id, error: {code, message}}. A bad line never \
stops the ones after it; the exit status is 3 when there was one.")]
pub struct Args {}

/// Answers every line as it comes.
pub fn run(_: Args, context: &Context) -> Result<Outcome> {
    let mut outcome = Outcome::Done;
    for line in outcomes(std::io::stdin().lock()) {
        let line = line.map_err(|error| {
            OperationError::failed("cannot_read", "Standard input could not be read.").because(error)
        })?;
        if line.answer().is_err() {
            outcome = Outcome::Found;
        }
        print(&match context.form {
            Form::Json => line.to_json() + "\n",
            Form::Table => row(&line),
        })?;
    }
    Ok(outcome)
}

fn row(line: &RateOutcome) -> String {
    let id = printable(line.id());
    match line.answer() {
        Ok(answer) => format!("{id:<12} {:>24}\n", answer.amount),
        Err(error) => format!("{id:<12} {:>24}  {}\n", error.code, printable(&error.message)),
    }
}
