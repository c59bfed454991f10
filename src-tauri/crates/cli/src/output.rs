//! What is printed, and the exit status that goes with it.

use comfy_table::{CellAlignment, Table, presets};
use operations::error::{ErrorKind, OperationError, Result};
use operations::wire::WireError;
use serde::Serialize;
use std::io::{ErrorKind as IoErrorKind, Write};
use std::process::ExitCode;

/// Tables for people, JSON for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Tables.
    Table,
    /// JSON.
    Json,
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Done, and something was found that a person must see: drift, refused rows, a refused quota.
    Found,
}

impl Outcome {
    /// The exit status.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Found => ExitCode::from(3),
        }
    }
}

/// Prints lines to standard output. A reader that has gone away (`| head`) is no failure.
pub fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != IoErrorKind::BrokenPipe => {
            Err(OperationError::failed("cannot_print", "Standard output could not be written.").because(error))
        }
        _ => Ok(()),
    }
}

/// One JSON value, indented.
pub fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(|error| {
        OperationError::failed("cannot_print", "The result could not be written as JSON.").because(error)
    })
}

/// Prints one JSON value, indented, with a line end.
pub fn print_json<T: Serialize>(value: &T) -> Result<()> {
    print(&(json(value)? + "\n"))
}

/// A table without frames, right-aligned from column `numbers_from` on.
pub fn table(header: &[&str], rows: Vec<Vec<String>>, numbers_from: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().map(|name| name.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    for column in table.column_iter_mut().skip(numbers_from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

/// Text from data as a terminal may show it: control characters would move its cursor or change its colours.
pub fn printable(text: &str) -> String {
    let shown = |character: char| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
    text.chars().map(shown).collect()
}

/// Prints an error and gives its exit status.
pub fn error(form: Form, error: &OperationError) -> ExitCode {
    show_error(form, &error.to_wire());
    ExitCode::from(if error.kind() == ErrorKind::WrongUse { 2 } else { 1 })
}

/// Prints what clap found wrong with the arguments (or the help that was asked for).
pub fn argument_error(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && has_password() {
        // What stands behind it may be a password, which clap would say again.
        let message = "A password is never an argument: --password asks for it on the terminal, --password-fd reads it \
            from a file descriptor, --password-credential from a credential of systemd.";
        let form = if wants_json { Form::Json } else { Form::Table };
        show_error(
            form,
            &WireError { code: "wrong_use".into(), message: message.into(), field: None, line: None, detail: None },
        );
        return ExitCode::from(2);
    }
    if !error.use_stderr() || !wants_json {
        // Nothing is left to do when even the terminal is gone.
        let _ = error.print();
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    }
    let message = on_one_line(&error.to_string());
    show_error(Form::Json, &WireError { code: "wrong_use".into(), message, field: None, line: None, detail: None });
    ExitCode::from(2)
}

fn has_password() -> bool {
    std::env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        argument == "--password" || argument.starts_with("--password=")
    })
}

/// What clap says over several lines, up to how the command is used: the names of missing arguments stand below the
/// first line.
fn on_one_line(text: &str) -> String {
    let said = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let said: Vec<&str> = said.filter(|line| !line.is_empty()).collect();
    let said = said.join(" ");
    said.strip_prefix("error: ").unwrap_or(&said).to_owned()
}

fn show_error(form: Form, error: &WireError) {
    match form {
        Form::Json => {
            let text = serde_json::to_string(error).unwrap_or_else(|_| format!("{{\"code\":\"{}\"}}", error.code));
            eprintln!("{text}");
        }
        Form::Table => {
            let place = error.line.map(|line| format!(" (line {line})")).unwrap_or_default();
            eprintln!("{}{place} [{}]", printable(&error.message), error.code);
            if let Some(detail) = &error.detail {
                eprintln!("  {}", printable(detail));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usage_error_keeps_what_it_names() {
        let text = "error: the following required arguments were not provided:\n  --key <KEY>\n  <METER>\n\n\
                    Usage: countinghouse-cli enter --key <KEY> <TENANT> <METER>\n\nFor more information, try '--help'.\n";
        assert_eq!(
            on_one_line(text),
            "the following required arguments were not provided: --key <KEY> <METER>",
            "the names stand below the first line"
        );
    }
}
