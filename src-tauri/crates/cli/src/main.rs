//! The headless face: the operations for scripts and cron.
//!
//! Glue only: it reads arguments, calls one operation, prints. Tables or JSON go to standard output; progress,
//! notes and errors to standard error. Exit status: 0 done, 1 failed, 2 wrong use, 3 found something.

mod arguments;
mod commands;
mod context;
mod host;
mod output;

use clap::Parser;
use std::process::ExitCode;

/// Lists of ten thousand rows are a million small allocations on threads that begin with nothing; the system's allocator
/// grows a thread's memory page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::argument_error(&error),
    };
    start_log();
    let form = arguments.shared.form();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failed =
                operations::error::OperationError::failed("no_runtime", "The program could not start its threads.");
            return output::error(form, &failed.because(error));
        }
    };
    match runtime.block_on(arguments.run()) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => output::error(form, &error),
    }
}

/// Logs go to standard error and are silent unless `RUST_LOG` asks for them.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
