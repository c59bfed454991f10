//! A mapping bound to the cells that a reader gives: which cells each rule looks at.
//!
//! Knows neither files nor databases.

use super::mapping::{FilterRule, Mapping, MeterRule, Source};
use super::time::Clock;
use crate::error::Result;
use billing::event::Classification;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a text comes from, as places in a row.
#[derive(Debug, Clone)]
pub struct Pick {
    /// The cells, in order.
    pub cells: Vec<usize>,
    /// What joins them.
    pub join: Option<String>,
    /// The text where none is present.
    pub constant: Option<String>,
}

/// Which rows pass.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The cell.
    pub cell: usize,
    /// The words that pass; none for all.
    pub any_of: Option<Vec<String>>,
    /// The words that do not.
    pub not_in: Vec<String>,
}

/// A meter that a row feeds.
#[derive(Debug, Clone)]
pub struct MeterPick {
    /// What the mapping says.
    pub rule: Arc<MeterRule>,
    /// Its code.
    pub code: Pick,
    /// Its name.
    pub name: Option<Pick>,
    /// The quantity.
    pub quantity: Pick,
    /// When the sign turns: a cell and words.
    pub negative: Option<(usize, Vec<String>)>,
    /// The unit.
    pub unit: Pick,
    /// Which rows feed it.
    pub only: Option<Filter>,
}

/// A mapping, bound.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The names of the cells, in order.
    pub names: Vec<String>,
    /// Words that mean "nothing".
    pub null_words: Vec<String>,
    /// Whether each event's key says its meter, because a row gives several.
    pub several_meters: bool,
    /// The tenant's outside id.
    pub tenant: Option<Pick>,
    /// The account above it.
    pub account: Option<Pick>,
    /// The tenant's name.
    pub tenant_name: Option<Pick>,
    /// The meters.
    pub meters: Vec<MeterPick>,
    /// Reads times.
    pub clock: Clock,
    /// When it happened.
    pub time: Pick,
    /// When it ended.
    pub end: Option<Pick>,
    /// The key.
    pub key: Option<Pick>,
    /// Amount and currency.
    pub cost: Option<(Pick, Pick)>,
    /// Who did the work.
    pub provider: Option<Pick>,
    /// What was done.
    pub action: Option<Pick>,
    /// Why the event exists, with the words of the file.
    pub classification: Option<(Pick, BTreeMap<String, Classification>)>,
    /// Words of that column whose rows are not billable, with the reason.
    pub free: BTreeMap<String, String>,
    /// Whether it is billable, and why.
    pub billable: Option<(Pick, Option<Pick>)>,
    /// The key of the parent.
    pub parent: Option<Pick>,
    /// User, client, session, resource.
    pub subjects: [Option<Pick>; 4],
    /// Cells that are kept beside the event.
    pub metadata: Vec<usize>,
    /// Which rows are taken.
    pub filters: Vec<Filter>,
}

/// Gives each name one place.
#[derive(Default)]
pub(super) struct Places(pub Vec<String>);

impl Places {
    /// The place of a name.
    pub fn place(&mut self, name: &str) -> usize {
        self.0.iter().position(|known| known == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }

    /// The places of a source.
    pub fn pick(&mut self, source: &Source) -> Pick {
        let cells = source.from.iter().map(|name| self.place(name)).collect();
        Pick { cells, join: source.join.clone(), constant: source.constant.clone() }
    }

    /// The same of a source that may be none.
    pub fn maybe(&mut self, source: Option<&Source>) -> Option<Pick> {
        source.map(|source| self.pick(source))
    }

    /// The place of a filter.
    pub fn filter(&mut self, rule: &FilterRule) -> Filter {
        let not_in = rule.not_in.clone().unwrap_or_default();
        Filter { cell: self.place(&rule.from), any_of: rule.any_of.clone(), not_in }
    }

    fn meter(&mut self, rule: &MeterRule) -> MeterPick {
        MeterPick {
            rule: Arc::new(rule.clone()),
            code: self.pick(&rule.code),
            name: self.maybe(rule.name.as_ref()),
            quantity: self.pick(&rule.quantity),
            negative: rule.negative.as_ref().map(|rule| (self.place(&rule.from), rule.words.clone())),
            unit: self.pick(&rule.unit),
            only: rule.only.as_ref().map(|filter| self.filter(filter)),
        }
    }
}

impl Layout {
    /// Binds a mapping.
    ///
    /// # Errors
    /// `invalid_mapping` for a time format that is none.
    pub fn new(mapping: &Mapping) -> Result<Self> {
        let mut cells = Places::default();
        let subjects = &mapping.subjects;
        Ok(Self {
            null_words: mapping.null_words.clone(),
            several_meters: mapping.meter.len() > 1,
            tenant: cells.maybe(mapping.tenant.from.as_ref()),
            account: cells.maybe(mapping.tenant.account.as_ref()),
            tenant_name: cells.maybe(mapping.tenant.name.as_ref()),
            meters: mapping.meter.iter().map(|rule| cells.meter(rule)).collect(),
            clock: Clock::new(&mapping.time)?,
            time: cells.pick(&mapping.time.from),
            end: cells.maybe(mapping.time.end.as_ref()),
            key: cells.maybe(mapping.key.as_ref()),
            cost: mapping.cost.as_ref().map(|cost| (cells.pick(&cost.from), cells.pick(&cost.currency))),
            provider: cells.maybe(mapping.provider.as_ref()),
            action: cells.maybe(mapping.action.as_ref()),
            classification: mapping.classification.as_ref().map(|rule| (cells.pick(&rule.from), rule.words.clone())),
            free: mapping.classification.as_ref().map(|rule| rule.free.clone()).unwrap_or_default(),
            billable: mapping.billable.as_ref().map(|rule| (cells.pick(&rule.from), cells.maybe(rule.reason.as_ref()))),
            parent: cells.maybe(mapping.parent.as_ref()),
            subjects: [
                cells.maybe(subjects.user.as_ref()),
                cells.maybe(subjects.client.as_ref()),
                cells.maybe(subjects.session.as_ref()),
                cells.maybe(subjects.resource.as_ref()),
            ],
            metadata: mapping.metadata.iter().map(|name| cells.place(name)).collect(),
            filters: mapping.filter.iter().map(|rule| cells.filter(rule)).collect(),
            names: cells.0,
        })
    }
}
