//! The real window end to end, driven by WebDriver under a virtual display.
//!
//! Each test opens a window of its own on a database of its own. What the window shows is compared with what the
//! command line says of the same database.

mod changes;
mod cli;
mod connections;
mod dialog;
mod first_start;
mod hostile;
mod import;
mod month_end;
mod screens;
mod snapshots;
mod states;
mod window;
