//! The Overview: who is past 80 % and 100 % now, what they owe, where the month is heading, what waits.

use super::company::{Company, company, look};
use super::entries::Entry;
use super::figures::TenantFigures;
use super::history::{month_figures, months_before};
use super::load::{out_of_range, plus_days};
use super::projection;
use crate::error::Result;
use crate::wire::{CompanyDay, LevelCounts, MonthFigure, Overview, Owed};
use billing::level::Level;
use billing::money::{Currency, Money};
use billing::time::{Day, Timestamp, Zone};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{Read, Store};

/// The most flagged tenants that are listed.
const FLAGGED: usize = 100;
/// Days of the chart of events.
const DAYS: i64 = 90;

/// Everything on the Overview.
///
/// # Errors
/// When the database fails.
pub async fn overview(store: &Store, at: Timestamp) -> Result<Overview> {
    look(store, move |read| Box::pin(async move { overview_in(read, at).await })).await
}

async fn overview_in(read: &mut Read, at: Timestamp) -> Result<Overview> {
    let company = company(read, at).await?;
    let flagged = company.tenants.iter().filter(|entry| entry.figures.level > Level::Normal).take(FLAGGED);
    let flagged = flagged.map(|entry| Arc::clone(&entry.row)).collect();
    let waiting = store::look::quarantine::waiting(read).await?;
    Ok(Overview {
        as_of: at.to_string(),
        counts: counts(&company),
        flagged,
        owed: owed(&company, at),
        left_out: left_out(&company),
        quarantine_waiting: waiting.iter().map(|(_, rows)| rows).sum(),
        days: days(read, at).await?,
        months: months(read, &company, at).await?,
    })
}

fn counts(company: &Company) -> LevelCounts {
    let mut counts = LevelCounts { tenants: 0, normal: 0, warning: 0, alert: 0 };
    for figures in company.tenants.iter().map(|entry| &entry.figures).filter(|figures| !figures.running.is_empty()) {
        counts.tenants += 1;
        match figures.level {
            Level::Normal => counts.normal += 1,
            Level::Warning => counts.warning += 1,
            Level::Alert => counts.alert += 1,
        }
    }
    counts
}

fn left_out(company: &Company) -> u32 {
    let left_out = company.tenants.iter().filter(|entry| entry.figures.is_left_out).count();
    u32::try_from(left_out).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Sums {
    tenants: u32,
    /// 128 bits hold the sum of more amounts than there are tenants.
    overage: i128,
    fees: i128,
    projected: i128,
}

/// One figure per currency; two currencies never add up.
fn owed(company: &Company, at: Timestamp) -> Vec<Owed> {
    let mut sums: BTreeMap<Currency, Sums> = BTreeMap::new();
    for entry in &company.tenants {
        let Entry { facts, figures, .. } = &**entry;
        for fee in fees(figures) {
            sums.entry(fee.currency()).or_default().fees += i128::from(fee.minor());
        }
        for amount in figures.owed.iter().copied().filter(|amount| amount.minor() != 0) {
            let sum = sums.entry(amount.currency()).or_default();
            sum.tenants += 1;
            sum.overage += i128::from(amount.minor());
        }
        // Of a tenant whose estimate does not fit, what is owed already is the least.
        let projected = projection::projected(facts, figures, &company.catalog, at);
        for amount in projected.unwrap_or_else(|_| figures.owed.clone()) {
            sums.entry(amount.currency()).or_default().projected += i128::from(amount.minor());
        }
    }
    let row = |(currency, sums): (Currency, Sums)| Owed {
        currency: currency.code().to_owned(),
        tenants: sums.tenants,
        overage: shown(sums.overage, currency),
        fees: shown(sums.fees, currency),
        overage_projected: shown(sums.projected, currency),
    };
    sums.into_iter().map(row).collect()
}

fn fees(figures: &TenantFigures) -> impl Iterator<Item = Money> + '_ {
    figures.running.iter().filter(|running| running.period.is_some()).map(|running| running.fee)
}

fn shown(minor: i128, currency: Currency) -> String {
    match i64::try_from(minor) {
        Ok(minor) => Money::from_minor(minor, currency).to_string(),
        Err(_) => Decimal::from_i128_with_scale(minor, currency.digits()).to_string(),
    }
}

/// Events per day, without gaps. The company's days are the tenants' local days; today is that of UTC.
async fn days(read: &mut Read, at: Timestamp) -> Result<Vec<CompanyDay>> {
    let today = Day::of(at, Zone::UTC).map_err(out_of_range)?;
    let first = plus_days(today, 1 - DAYS)?;
    let found: HashMap<Day, u64> = store::look::days::company_days(read, first).await?.into_iter().collect();
    let day = |offset| {
        let day = plus_days(first, offset)?;
        Ok(CompanyDay { day: day.to_string(), events: found.get(&day).copied().unwrap_or(0) })
    };
    (0..DAYS).map(day).collect()
}

async fn months(read: &mut Read, company: &Company, at: Timestamp) -> Result<Vec<MonthFigure>> {
    let from = months_before(Day::of(at, Zone::UTC).map_err(out_of_range)?, 11)?;
    let months = store::look::days::company_months(read, from).await?;
    let costs = store::look::days::company_month_costs(read, from).await?;
    Ok(month_figures(&months, &costs, &company.catalog))
}
