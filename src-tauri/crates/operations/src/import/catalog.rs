//! Tenants, meters, subjects and timelines that an import has met, found or made a chunk at a time.
//!
//! In a look nothing is made: what would be made gets an id that no database knows.

use super::interpret::Draft;
use super::ledger::{Ids, Ledger};
use super::mapping::{CreateRule, MeterRule};
use super::refusal::Refusal;
use crate::error::{OperationError, Result};
use billing::ids::{PlanVersionId, TenantId};
use billing::meter::{Aggregation, Meter, Reset};
use billing::period::{Period, PeriodStatus};
use billing::plan::PlanVersion;
use billing::put_aside::Reason;
use billing::quantity::Scale;
use billing::time::Timestamp;
use billing::timeline::{Timeline, TimelineParts};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use store::audit::AuditRecord;
use store::periods::PeriodRecord;
use store::subjects::{OutsideSubject, Subject};
use store::tenants::Tenant;
use store::{audit, meters, periods, plans, subjects, tenants, timelines};

/// The most tenants that one import makes.
pub const MAX_NEW_TENANTS: u64 = 100_000;
/// The most meters that one import makes.
pub const MAX_NEW_METERS: u64 = 10_000;
/// Subjects and timelines that are kept between chunks.
const MAX_KEPT: usize = 200_000;
/// How often another import may make the same tenant at the same time.
const ATTEMPTS: u32 = 3;

/// Who imports, and when.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The actor.
    pub actor: String,
    /// The mapping's name.
    pub source: String,
    /// When the present chunk was received.
    pub at: Timestamp,
}

/// What an import has met.
pub struct Catalog {
    create: CreateRule,
    meters: HashMap<String, Arc<Meter>>,
    tenants: HashMap<String, TenantId>,
    /// Outside ids that were looked for and are not there.
    absent: HashSet<String>,
    /// Tenants of a look that no database knows.
    imagined: HashSet<TenantId>,
    subjects: HashMap<OutsideSubject, billing::ids::SubjectId>,
    timelines: HashMap<TenantId, Timeline>,
    /// Every plan version.
    pub plans: Arc<HashMap<PlanVersionId, PlanVersion>>,
    /// Tenants that were made.
    pub tenants_created: u64,
    /// Meters that were made.
    pub meters_created: u64,
}

impl Catalog {
    /// Reads meters and plans.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn load(ledger: &mut Ledger<'_>, create: CreateRule) -> Result<Self> {
        let (found, plans) = ledger
            .read(|read| Box::pin(async move { Ok((meters::all(read).await?, plans::all_versions(read).await?)) }))
            .await?;
        Ok(Self {
            create,
            meters: found.into_iter().map(|meter| (meter.code.clone(), Arc::new(meter))).collect(),
            tenants: HashMap::new(),
            absent: HashSet::new(),
            imagined: HashSet::new(),
            subjects: HashMap::new(),
            timelines: HashMap::new(),
            plans: Arc::new(plans),
            tenants_created: 0,
            meters_created: 0,
        })
    }

    /// The tenant with an outside id, once [`Catalog::meet_tenants`] was asked.
    pub fn tenant(&self, outside_id: &str) -> Option<TenantId> {
        self.tenants.get(outside_id).copied()
    }

    /// A subject, once [`Catalog::meet_subjects`] was asked.
    pub fn subject(&self, subject: &OutsideSubject) -> Option<billing::ids::SubjectId> {
        self.subjects.get(subject).copied()
    }

    /// A timeline, once [`Catalog::meet_timelines`] was asked.
    pub fn timeline(&self, tenant: TenantId) -> Option<&Timeline> {
        self.timelines.get(&tenant)
    }

    /// Finds tenants by their outside ids, and makes those that are missing where the mapping says so.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn meet_tenants(
        &mut self,
        ledger: &mut Ledger<'_>,
        ids: &mut Ids,
        stamp: &Stamp,
        wanted: BTreeMap<String, Option<String>>,
    ) -> Result<()> {
        let mut wanted = wanted;
        wanted.retain(|id, _| !self.tenants.contains_key(id) && !self.absent.contains(id));
        for attempt in 1.. {
            let list: Vec<String> = wanted.keys().filter(|id| !self.tenants.contains_key(*id)).cloned().collect();
            if list.is_empty() {
                return Ok(());
            }
            let found = ledger
                .read(move |read| Box::pin(async move { Ok(tenants::ids_by_outside_id(read, &list).await?) }))
                .await?;
            self.tenants.extend(found);
            match self.make_tenants(ledger, ids, stamp, &wanted).await {
                Err(error) if error.code() == "constraint" && attempt < ATTEMPTS => {}
                done => return done,
            }
        }
        Ok(())
    }

    async fn make_tenants(
        &mut self,
        ledger: &mut Ledger<'_>,
        ids: &mut Ids,
        stamp: &Stamp,
        wanted: &BTreeMap<String, Option<String>>,
    ) -> Result<()> {
        let mut made = Vec::new();
        for (outside_id, name) in wanted.iter().filter(|(id, _)| !self.tenants.contains_key(*id)) {
            if !self.create.tenants || self.tenants_created + made.len() as u64 >= MAX_NEW_TENANTS {
                self.absent.insert(outside_id.clone());
                continue;
            }
            made.push(Tenant {
                id: ids.tenant(),
                name: name.clone().unwrap_or_else(|| outside_id.clone()),
                email: None,
                outside_id: Some(outside_id.clone()),
                country: None,
                zone: self.create.zone,
                currency: self.create.currency,
                created_at: stamp.at,
            });
        }
        if made.is_empty() {
            return Ok(());
        }
        if ledger.is_look() {
            self.imagined.extend(made.iter().map(|tenant| tenant.id));
        } else {
            let records: Vec<AuditRecord> = made
                .iter()
                .map(|tenant| AuditRecord { tenant: Some(tenant.id), ..stamp.audit(ids, "tenant.create", tenant.id) })
                .collect();
            let rows = Arc::new((made.clone(), records));
            ledger
                .write(move |write| {
                    Box::pin(async move {
                        tenants::insert(write, &rows.0).await?;
                        Ok(audit::record(write, &rows.1).await?)
                    })
                })
                .await?;
        }
        self.tenants_created += made.len() as u64;
        for tenant in made {
            self.tenants.insert(tenant.outside_id.unwrap_or_default(), tenant.id);
        }
        Ok(())
    }

    /// Finds the meters of drafts, and makes those that are missing where the mapping says so.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn meet_meters(
        &mut self,
        ledger: &mut Ledger<'_>,
        ids: &mut Ids,
        stamp: &Stamp,
        drafts: &[&Draft],
    ) -> Result<()> {
        let mut made: Vec<Arc<Meter>> = Vec::new();
        for draft in drafts {
            let code = self.code_of(draft);
            if self.meters.contains_key(&code) || !self.create.meters {
                continue;
            }
            if self.meters_created + made.len() as u64 >= MAX_NEW_METERS {
                break;
            }
            let meter = Arc::new(new_meter(ids, &code, draft));
            self.meters.insert(code, Arc::clone(&meter));
            made.push(meter);
        }
        self.meters_created += made.len() as u64;
        if made.is_empty() || ledger.is_look() {
            return Ok(());
        }
        let records = made.iter().map(|meter| stamp.audit(ids, "meter.create", meter.id)).collect::<Vec<_>>();
        let rows = Arc::new((made.iter().map(|meter| Meter::clone(meter)).collect::<Vec<_>>(), records));
        let done = ledger
            .write(move |write| {
                Box::pin(async move {
                    meters::insert(write, &rows.0).await?;
                    Ok(audit::record(write, &rows.1).await?)
                })
            })
            .await;
        match done {
            // Another import made one of them meanwhile: its meters count, and the missing ones are made anew.
            Err(error) if error.code() == "constraint" => self.reload_meters(ledger, ids, stamp, made).await,
            done => done,
        }
    }

    async fn reload_meters(
        &mut self,
        ledger: &mut Ledger<'_>,
        ids: &mut Ids,
        stamp: &Stamp,
        made: Vec<Arc<Meter>>,
    ) -> Result<()> {
        let found = ledger.read(|read| Box::pin(async move { Ok(meters::all(read).await?) })).await?;
        self.meters = found.into_iter().map(|meter| (meter.code.clone(), Arc::new(meter))).collect();
        self.meters_created -= made.len() as u64;
        for meter in made {
            if self.meters.contains_key(&meter.code) {
                continue;
            }
            let rows = Arc::new(([Meter::clone(&meter)], [stamp.audit(ids, "meter.create", meter.id)]));
            ledger
                .write(move |write| {
                    Box::pin(async move {
                        meters::insert(write, &rows.0).await?;
                        Ok(audit::record(write, &rows.1).await?)
                    })
                })
                .await?;
            self.meters_created += 1;
            self.meters.insert(meter.code.clone(), meter);
        }
        Ok(())
    }

    /// The code of a draft's meter. One that counts another unit than the row is another meter, named after the unit.
    fn code_of(&self, draft: &Draft) -> String {
        match (self.meters.get(&draft.meter), &draft.unit) {
            (Some(meter), Some(unit)) if meter.unit != *unit && self.create.meters => {
                format!("{} ({unit})", draft.meter)
            }
            _ => draft.meter.clone(),
        }
    }

    /// The meter of a draft.
    ///
    /// # Errors
    /// `unknown_meter`.
    pub fn meter(&self, draft: &Draft) -> Result<&Arc<Meter>, Refusal> {
        let unknown = |sentence: String| Refusal::new(Reason::UnknownMeter.as_str(), sentence);
        let code = self.code_of(draft);
        let meter = self.meters.get(&code).ok_or_else(|| unknown(format!("there is no meter '{code}'")))?;
        match &draft.unit {
            Some(unit) if *unit != meter.unit => {
                Err(unknown(format!("the meter '{code}' counts {}, the row says {unit}", meter.unit)))
            }
            _ => Ok(meter),
        }
    }

    /// Finds or makes subjects. A look needs none: they are no part of an event's content.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn meet_subjects(
        &mut self,
        ledger: &mut Ledger<'_>,
        ids: &mut Ids,
        stamp: &Stamp,
        mut wanted: HashSet<OutsideSubject>,
    ) -> Result<()> {
        if self.subjects.len() > MAX_KEPT {
            self.subjects.clear();
        }
        wanted.retain(|subject| !self.subjects.contains_key(subject));
        if wanted.is_empty() || ledger.is_look() {
            return Ok(());
        }
        let mut wanted: Vec<OutsideSubject> = wanted.into_iter().collect();
        wanted.sort();
        let list = Arc::new(wanted);
        let found = {
            let list = Arc::clone(&list);
            ledger.read(move |read| Box::pin(async move { Ok(subjects::find(read, &list).await?) })).await?
        };
        self.subjects.extend(found);
        let subject = |(tenant, kind, outside_id): &OutsideSubject| Subject {
            tenant: *tenant,
            id: ids.subject(),
            kind: *kind,
            outside_id: Some(outside_id.clone()),
            name: None,
            created_at: stamp.at,
            erased_at: None,
        };
        let new: Vec<Subject> = list.iter().filter(|known| !self.subjects.contains_key(*known)).map(subject).collect();
        if new.is_empty() {
            return Ok(());
        }
        let record = AuditRecord {
            after: Some(format!("{{\"subjects\":{}}}", new.len())),
            ..stamp.audit(ids, "subjects.create", &stamp.source)
        };
        let rows = Arc::new((new, [record]));
        let made = ledger
            .write(move |write| {
                Box::pin(async move {
                    let made = subjects::find_or_make(write, &rows.0).await?;
                    audit::record(write, &rows.1).await?;
                    Ok(made)
                })
            })
            .await?;
        self.subjects.extend(made);
        Ok(())
    }

    /// Loads the timelines that are not there yet.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn meet_timelines(&mut self, ledger: &mut Ledger<'_>, wanted: HashSet<TenantId>) -> Result<()> {
        if self.timelines.len() > MAX_KEPT {
            self.timelines.clear();
        }
        let missing: Vec<TenantId> = wanted.into_iter().filter(|id| !self.timelines.contains_key(id)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        for tenant in missing.iter().filter(|id| self.imagined.contains(id)) {
            self.timelines.insert(*tenant, imagined(*tenant, &self.create)?);
        }
        let stored: Vec<TenantId> = missing.into_iter().filter(|id| !self.imagined.contains(id)).collect();
        let (found, plans) = ledger
            .read(move |read| {
                Box::pin(async move { Ok((timelines::load(read, &stored).await?, plans::all_versions(read).await?)) })
            })
            .await?;
        self.timelines.extend(found);
        self.plans = Arc::new(plans);
        Ok(())
    }

    /// Forgets timelines that have changed; the next [`Catalog::meet_timelines`] reads them again.
    pub fn forget_timelines(&mut self, tenants: &HashSet<TenantId>) {
        self.timelines.retain(|tenant, _| !tenants.contains(tenant));
    }

    /// Makes the periods that tenants need up to an instant (rules, section 4.1); a look only imagines them.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn extend_periods(
        &mut self,
        ledger: &mut Ledger<'_>,
        ids: &mut Ids,
        stamp: &Stamp,
        until: &BTreeMap<TenantId, Timestamp>,
    ) -> Result<()> {
        let mut records = Vec::new();
        for (tenant, until) in until {
            let Some(timeline) = self.timelines.get(tenant) else { continue };
            let missing = timeline.missing_periods((*until).max(stamp.at)).map_err(|error| {
                OperationError::failed("no_period", "A billing period could not be computed.").because(error)
            })?;
            for new in missing {
                let (subscription, seq, span) = (new.subscription, new.seq, new.span);
                let period = Period { id: ids.period(), subscription, seq, span, status: PeriodStatus::Open };
                records.push(PeriodRecord { tenant: *tenant, period });
            }
        }
        if ledger.is_look() {
            return self.imagine_periods(&records);
        }
        let tenants: HashSet<TenantId> = until.keys().copied().collect();
        if !records.is_empty() {
            let record = AuditRecord {
                after: Some(format!("{{\"periods\":{}}}", records.len())),
                ..stamp.audit(ids, "periods.extend", &stamp.source)
            };
            let rows = Arc::new((records, [record]));
            ledger
                .write(move |write| {
                    Box::pin(async move {
                        periods::insert(write, &rows.0).await?;
                        Ok(audit::record(write, &rows.1).await?)
                    })
                })
                .await?;
        }
        self.forget_timelines(&tenants);
        self.meet_timelines(ledger, tenants).await
    }

    fn imagine_periods(&mut self, records: &[PeriodRecord]) -> Result<()> {
        for record in records {
            let Some(timeline) = self.timelines.get(&record.tenant) else { continue };
            let stored = timeline.subscriptions().iter().flat_map(|it| timeline.periods(it.id)).copied();
            let parts = TimelineParts {
                tenant: timeline.tenant(),
                zone: timeline.zone(),
                currency: timeline.currency(),
                version: timeline.version(),
                grace_days: timeline.grace_days(),
                subscriptions: timeline.subscriptions().to_vec(),
                entitlements: timeline.entitlements().to_vec(),
                periods: stored.chain(std::iter::once(record.period)).collect(),
            };
            self.timelines.insert(record.tenant, Timeline::new(parts).map_err(corrupt)?);
        }
        Ok(())
    }
}

fn corrupt(error: billing::time::TimeError) -> OperationError {
    OperationError::failed("corrupt", "A tenant's timeline cannot be.").because(error)
}

/// The timeline of a tenant that would be made: nothing has held for it.
fn imagined(tenant: TenantId, create: &CreateRule) -> Result<Timeline> {
    let parts = TimelineParts {
        tenant,
        zone: create.zone,
        currency: create.currency,
        version: 1,
        grace_days: billing::period::GRACE_DAYS,
        subscriptions: Vec::new(),
        entitlements: Vec::new(),
        periods: Vec::new(),
    };
    Timeline::new(parts).map_err(corrupt)
}

fn new_meter(ids: &mut Ids, code: &str, draft: &Draft) -> Meter {
    let rule = &draft.rule;
    let unit = draft.unit.clone().unwrap_or_else(|| "units".to_owned());
    let is_level = rule.aggregation == Aggregation::Level;
    let name = match &draft.meter_name {
        Some(name) if code == draft.meter => name.clone(),
        Some(name) => format!("{name} ({unit})"),
        None => code.to_owned(),
    };
    Meter {
        id: ids.meter(),
        code: code.to_owned(),
        name,
        scale: scale_of(rule, &unit),
        unit,
        aggregation: rule.aggregation,
        reset: if is_level { Reset::Never } else { rule.reset.unwrap_or(Reset::Period) },
        signed: rule.signed,
    }
}

fn scale_of(rule: &MeterRule, unit: &str) -> Scale {
    rule.unit_scales.get(unit).copied().unwrap_or(rule.scale)
}

impl Stamp {
    /// An audit record of this import.
    pub fn audit(&self, ids: &mut Ids, action: &str, subject: impl std::fmt::Display) -> AuditRecord {
        AuditRecord {
            id: ids.audit(),
            at: self.at,
            actor: self.actor.clone(),
            action: action.to_owned(),
            tenant: None,
            subject: subject.to_string(),
            before: None,
            after: None,
            reason: format!("import with {}", self.source),
        }
    }
}
