//! What screens read: whole sets of rows for one point in time, for the company or for one tenant.
//!
//! Nothing is computed here but sums: levels, percentages and money come from the pure functions above. Each module
//! is one aggregate with its statements and its row types beside them.

use crate::sql::Sql;

pub mod alerts;
pub mod audit;
pub mod changes;
pub mod days;
pub mod event;
pub mod events;
pub mod happenings;
pub mod line_events;
pub mod quarantine;
pub mod search;
pub mod since;
pub mod standing;

/// Every fixed statement of these modules.
pub(crate) fn statements() -> Vec<(&'static str, &'static str, Sql)> {
    let modules = [
        ("look::alerts", alerts::STATEMENTS),
        ("look::audit", audit::STATEMENTS),
        ("look::changes", changes::STATEMENTS),
        ("look::days", days::STATEMENTS),
        ("look::event", event::STATEMENTS),
        ("look::events", events::STATEMENTS),
        ("look::happenings", happenings::STATEMENTS),
        ("look::line_events", line_events::STATEMENTS),
        ("look::quarantine", quarantine::STATEMENTS),
        ("look::search", search::STATEMENTS),
        ("look::since", since::STATEMENTS),
        ("look::standing", standing::STATEMENTS),
    ];
    modules
        .into_iter()
        .flat_map(|(module, statements)| statements.iter().map(move |(name, sql)| (module, *name, *sql)))
        .collect()
}
