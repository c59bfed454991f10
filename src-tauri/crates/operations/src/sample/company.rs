//! The whole company in memory, before anything is written: catalogue, accounts, timelines, people, reports.

use super::accounts::{Account, accounts};
use super::catalogue::Catalogue;
use super::incidents::incidents;
use super::random::Random;
use super::usage::{Life, Person, Report, llm, people, usage};
use super::{Made, SampleError};
use billing::event::{EventKey, Usage};
use billing::ids::{PlanVersionId, TenantId};
use billing::plan::PlanVersion;
use billing::time::Timestamp;
use billing::timeline::Timeline;
use std::collections::HashMap;

/// The sample company.
pub(super) struct Company {
    pub random: Random,
    pub now: Timestamp,
    pub catalogue: Catalogue,
    pub versions: HashMap<PlanVersionId, PlanVersion>,
    pub accounts: Vec<Account>,
    pub timelines: HashMap<TenantId, Timeline>,
    pub people: HashMap<TenantId, Vec<Person>>,
    /// Everything that was reported, in the order of arrival.
    pub reports: Vec<Report>,
}

impl Company {
    /// Makes the company of a seed as it is at an instant.
    pub fn new(seed: u64, now: Timestamp) -> Made<Self> {
        let random = Random::new(seed);
        let catalogue = Catalogue::new(&random);
        let versions = catalogue.versions();
        let accounts = accounts(&catalogue, &random, now)?;
        let mut timelines = HashMap::with_capacity(accounts.len());
        let mut population = HashMap::with_capacity(accounts.len());
        for account in &accounts {
            timelines.insert(account.id, account.timeline(&catalogue, &random, now)?);
            population.insert(account.id, people(account, &random));
        }
        let mut company =
            Self { random, now, catalogue, versions, accounts, timelines, people: population, reports: Vec::new() };
        company.reports = company.happenings()?;
        Ok(company)
    }

    fn happenings(&self) -> Made<Vec<Report>> {
        let life = |account| -> Made<Life<'_>> {
            let account: &Account = account;
            let timeline = self.timelines.get(&account.id).ok_or(SampleError::Plan)?;
            let people = self.people.get(&account.id).map_or(&[][..], Vec::as_slice);
            let (catalogue, versions, random) = (&self.catalogue, &self.versions, &self.random);
            Ok(Life { account, timeline, catalogue, versions, people, random, now: self.now })
        };
        let lives = self.accounts.iter().map(life).collect::<Made<Vec<_>>>()?;
        let mut reports = Vec::new();
        for life in &lives {
            reports.append(&mut usage(life)?);
        }
        reports.append(&mut llm(&lives, &self.random)?);
        // A session that began a moment ago has not been repeated yet.
        reports.retain(|report| report.arrives_at <= self.now);
        reports.append(&mut incidents(&self.accounts, &self.catalogue, self.now)?);
        let order = |report: &Report| (report.arrives_at, report.tenant, report.source, report.key.clone());
        reports.sort_by_cached_key(order);
        Ok(reports)
    }
}

impl Report {
    /// The use as the billing rules take it.
    pub fn usage(&self) -> Usage {
        Usage {
            key: EventKey { tenant: self.tenant, source: self.source.to_owned(), key: self.key.clone() },
            meter: self.meter,
            quantity: self.quantity,
            occurred_at: self.occurred_at,
            classification: self.classification,
            parent: self.parent.clone(),
            billable: self.free_because.map(|_| false),
            billable_reason: self.free_because.map(str::to_owned),
            cost: self.cost,
            provider: self.provider.to_owned(),
            action: self.action.to_owned(),
            subjects: self.subjects,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use billing::level::Level;
    use billing::timeline::{Lateness, Parent};
    use std::collections::{BTreeMap, BTreeSet};

    const NOW: &str = "2026-03-17T15:04:05Z";

    fn company() -> Company {
        Company::new(7, NOW.parse().unwrap()).unwrap()
    }

    /// Resolves every report as the writer does; gives the billable use per tenant, meter and billed period (or day).
    struct Resolved {
        used: BTreeMap<(TenantId, String, String), i64>,
        put_aside: BTreeMap<&'static str, usize>,
    }

    fn resolve(company: &Company) -> Resolved {
        let meters: HashMap<_, _> = company.catalogue.meters.iter().map(|meter| (meter.id, meter)).collect();
        let mut parents = HashMap::new();
        let mut resolved = Resolved { used: BTreeMap::new(), put_aside: BTreeMap::new() };
        for report in &company.reports {
            let (usage, meter) = (report.usage(), meters[&report.meter]);
            let timeline = &company.timelines[&report.tenant];
            let parent_key = report.parent.clone().map(|key| EventKey { key, ..usage.key.clone() });
            let parent: Option<&Parent> = parent_key.and_then(|key| parents.get(&key));
            let made = timeline.assign(&usage, meter, parent, report.arrives_at, Lateness::Checked, &company.versions);
            match made {
                Ok(assignment) => {
                    let place = match meter.reset {
                        billing::meter::Reset::Day => assignment.day.to_string(),
                        billing::meter::Reset::Never => String::new(),
                        billing::meter::Reset::Period => assignment.period.map(|it| it.to_string()).unwrap_or_default(),
                    };
                    if assignment.billable {
                        let key = (report.tenant, meter.code.clone(), place);
                        *resolved.used.entry(key).or_default() += assignment.contribution;
                    }
                    let (meter, occurred_at) = (usage.meter, usage.occurred_at);
                    parents.insert(usage.key, Parent { meter, occurred_at, assignment });
                }
                Err(aside) => *resolved.put_aside.entry(aside.code.as_str()).or_default() += 1,
            }
        }
        resolved
    }

    #[test]
    fn the_same_seed_and_instant_give_the_same_company() {
        let text = |company: &Company| format!("{:?}{:?}{:?}", company.accounts, company.reports, company.catalogue);
        let (first, second) = (text(&company()), text(&company()));
        assert!(first == second, "everything is a function of seed and now");
        let other = Company::new(8, NOW.parse().unwrap()).unwrap();
        assert!(text(&other) != first, "another seed gives another company");
    }

    #[test]
    fn only_the_incidents_are_put_aside_and_each_of_their_reasons_occurs() {
        let company = company();
        let put_aside = resolve(&company).put_aside;
        let expected = BTreeMap::from([
            ("closed_period", 1),
            ("in_future", 1),
            ("negative_quantity", 1),
            ("no_subscription", 2),
            ("too_late", 2),
            ("unknown_parent", 1),
        ]);
        assert_eq!(put_aside, expected, "below_zero and conflict are found by the append");
    }

    #[test]
    fn every_level_occurs_in_every_family() {
        let company = company();
        let used = resolve(&company).used;
        let mut levels: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for account in &company.accounts {
            let timeline = &company.timelines[&account.id];
            for contract in account.contracts.iter().filter(|contract| contract.runs_at(company.now)) {
                let Some(entitlement) = timeline.entitlement_at(contract.id, company.now) else { continue };
                let version = &company.versions[&entitlement.plan_version];
                for meter in &company.catalogue.meters {
                    if !version.covers(meter.id) {
                        continue;
                    }
                    let place = match meter.reset {
                        billing::meter::Reset::Day => {
                            billing::time::Day::of(company.now, account.zone).unwrap().to_string()
                        }
                        billing::meter::Reset::Never => String::new(),
                        billing::meter::Reset::Period => {
                            timeline.period_at(contract.id, company.now).unwrap().id.to_string()
                        }
                    };
                    let used = used.get(&(account.id, meter.code.clone(), place)).copied().unwrap_or(0);
                    let limits = version.limits(meter.id, &entitlement.overrides).limits;
                    let percent = limits.percent(used).map_or(0, billing::level::Percent::tenths);
                    let word = match limits.level(used) {
                        Level::Alert if percent > 1_500 => "far".to_owned(),
                        level => level.to_string(),
                    };
                    levels.entry(contract.family).or_default().insert(word.clone());
                    if limits.base() == Some(0) && used > 0 {
                        levels.entry("zero limit").or_default().insert(word);
                    }
                }
            }
        }
        let all: BTreeSet<String> = ["normal", "warning", "alert", "far"].map(str::to_owned).into();
        for family in ["calls", "agents", "platform", "transcription"] {
            assert_eq!(levels[family], all, "{family} shows each level");
        }
        assert!(levels["zero limit"].contains("alert"), "use of something that has a limit of 0 is an alert");
    }

    #[test]
    fn the_trace_is_whole_and_no_key_is_used_twice_by_accident() {
        let company = company();
        let tokens = company.catalogue.meter(super::super::meter_code::LLM_TOKENS).id;
        let sum: i64 = company.reports.iter().filter(|it| it.meter == tokens).map(|it| it.quantity).sum();
        assert_eq!(sum, 22_361_870 + 4_088_665 + 18_059_974 + 245_896, "every token of the trace is there");
        let mut keys = BTreeSet::new();
        for report in company.reports.iter().filter(|report| report.source != "gateway") {
            assert!(keys.insert((report.tenant, report.source, &report.key)), "{} twice", report.key);
        }
    }

    #[test]
    fn levels_never_fall_below_zero_and_nothing_lies_in_the_future() {
        let company = company();
        let memory = company.catalogue.meter(super::super::meter_code::MEMORY_BYTES).id;
        let mut held: HashMap<TenantId, i64> = HashMap::new();
        for report in company.reports.iter().filter(|report| report.source != "gateway") {
            assert!(report.occurred_at <= company.now, "{} has not happened yet", report.key);
            if report.meter == memory {
                let total = held.entry(report.tenant).or_default();
                *total += report.quantity;
                assert!(*total >= 0, "{} frees what is not held", report.key);
            }
        }
        assert!(company.reports.iter().any(|it| it.meter == memory && it.quantity < 0), "memory is freed too");
    }

    #[test]
    fn the_size_is_what_the_first_start_can_bear() {
        let company = company();
        assert!((240..=280).contains(&company.accounts.len()), "{} tenants", company.accounts.len());
        let count = company.reports.len();
        assert!((80_000..=150_000).contains(&count), "{count} events");
    }
}
