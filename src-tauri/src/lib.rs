//! The desktop face: a window, the commands that its page may call, and what the operations need from a desktop.
//!
//! Glue only. A command unpacks, calls one operation and maps the error; rules, SQL and use cases live in the crates
//! below, and nothing of them may depend on this one.

mod bindings;
mod commands;
mod console;
mod host;
mod locale;
mod window;

use std::process::ExitCode;

/// Opens the window and runs until it is closed. Arguments: `[--db FILE|URL]`.
pub fn run(arguments: impl Iterator<Item = String>) -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,countinghouse_desktop=info")),
        )
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    match window::arguments(arguments).and_then(window::open) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}
