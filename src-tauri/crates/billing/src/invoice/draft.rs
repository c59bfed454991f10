//! The draft of an invoice: one pure function from facts to the document, in the order of the rules (section 6): fee, use,
//! late use, maximum, minimum, discounts, coupons, net, tax, prepaid credits.
//!
//! Not its number and dates, which it gets when it is issued: [`super::issue`].

use super::content::{Content, Line, Party, Settlement, SettlementKind, TaxLine};
use super::error::DraftError;
use super::facts::{Catalog, Facts, WalletFacts};
use super::frame::{Frame, version};
use super::settings::Settings;
use super::usage::UseLines;
use super::{discount, fee, late, usage};
use crate::ids::{MeterId, PlanVersionId};
use crate::meter::Meter;
use crate::money::Money;
use crate::plan::PlanVersion;
use crate::pricing::credit::{Wallet, allocate};
use crate::pricing::{Phase, RULE_VERSION, RateError, adjust};
use std::collections::BTreeSet;

/// What the lines of one invoice are made within.
#[derive(Debug)]
pub(super) struct Drafting<'a> {
    pub facts: &'a Facts,
    pub catalog: &'a Catalog,
    pub frame: Frame<'a>,
}

impl<'a> Drafting<'a> {
    /// A meter.
    pub fn meter(&self, id: MeterId) -> Result<&'a Meter, DraftError> {
        self.catalog.meters.get(&id).ok_or(DraftError::UnknownMeter(id))
    }

    /// A plan version.
    pub fn version(&self, id: PlanVersionId) -> Result<&'a PlanVersion, DraftError> {
        version(self.catalog, id)
    }

    /// What people call the plan of a version.
    pub fn plan_name(&self, version: &PlanVersion) -> String {
        self.catalog.plans.get(&version.plan).map_or_else(|| version.plan.to_string(), |plan| plan.name.clone())
    }

    /// The meters that the plans of the period name, by code.
    pub fn meters(&self) -> Result<Vec<&'a Meter>, DraftError> {
        let versions = self.frame.terms.iter().map(|terms| terms.version);
        let named = versions.flat_map(|version| version.allowances.keys().chain(version.prices.keys()));
        let ids: BTreeSet<MeterId> = named.copied().collect();
        let mut meters = ids.into_iter().map(|id| self.meter(id)).collect::<Result<Vec<_>, _>>()?;
        meters.sort_by(|one, other| (&one.code, one.id).cmp(&(&other.code, other.id)));
        Ok(meters)
    }
}

/// Drafts the invoice of one subscription and period. The same facts give the same canonical JSON to the byte, in whatever
/// order their rows come.
///
/// # Errors
/// What is unknown or does not fit; [`DraftError::NothingHeld`] where there is nothing to bill at all.
pub fn draft(facts: &Facts, catalog: &Catalog, settings: &Settings) -> Result<Content, DraftError> {
    let frame = Frame::new((&facts.period).into(), facts.until, catalog, facts.currency)?;
    let drafting = Drafting { facts, catalog, frame };
    let lines = lines(&drafting)?;
    let net_minor = discount::sum(lines.iter().filter(|line| line.counts()))?;
    let taxes = taxes(facts, net_minor)?;
    let tax_minor = taxes.iter().try_fold(0_i64, |sum, tax| sum.checked_add(tax.amount_minor));
    let total_minor = tax_minor.and_then(|tax| net_minor.checked_add(tax)).ok_or(RateError::Overflow)?;
    let settled = settled(facts, total_minor)?;
    let paid: i64 = settled.iter().map(|settlement| settlement.amount_minor).sum();
    let days = drafting.frame.stored;
    let last = drafting.frame.terms.last();
    Ok(Content {
        format: Content::FORMAT,
        rule_version: RULE_VERSION,
        issue: None,
        tenant: facts.tenant,
        subscription: Some(facts.period.subscription.id),
        part: Some(drafting.frame.part(days)),
        zone: Some(drafting.frame.zone),
        plan: last.map(|terms| drafting.plan_name(terms.version)),
        currency: facts.currency,
        seller: settings.seller.clone(),
        buyer: buyer(facts),
        lines,
        net_minor,
        taxes,
        total_minor,
        settled,
        due_minor: total_minor - paid,
        tax_note: facts.account.tax_note.clone(),
        note: settings.note.clone(),
        replaces: facts.replaces.clone(),
    })
}

fn buyer(facts: &Facts) -> Party {
    let mut buyer = facts.account.buyer.clone();
    if buyer.name.is_empty() {
        buyer.name.clone_from(&facts.tenant_name);
    }
    buyer
}

/// All lines in order, with their places.
fn lines(drafting: &Drafting<'_>) -> Result<Vec<Line>, DraftError> {
    let holds = drafting.facts.period.subscription.ended_at;
    let is_held = holds.is_none_or(|ended_at| ended_at > drafting.facts.period.span.interval.start);
    // What was charged in advance for a period that was never held is given back.
    let has_fee = is_held || drafting.facts.fee_paid.is_some();
    if !has_fee && drafting.facts.late.is_empty() {
        return Err(DraftError::NothingHeld);
    }
    let mut lines = Vec::with_capacity(4);
    if has_fee && drafting.facts.phase == Phase::Final {
        lines.extend(fee::lines(drafting)?);
    }
    let used = if is_held { usage::lines(drafting)? } else { UseLines::default() };
    let (memo, late): (Vec<Line>, Vec<Line>) = late::lines(drafting)?.into_iter().partition(|line| !line.counts());
    let UseLines { usage, maximum, minimum, memo: own_memo, .. } = used;
    for part in [usage, late, maximum, minimum] {
        lines.extend(part);
    }
    lines.extend(discount::lines(drafting, &lines)?);
    lines.extend(own_memo);
    lines.extend(memo);
    debug_assert!(lines.is_sorted_by_key(|line| line.kind), "lines stand in the order of their kinds");
    for (index, line) in lines.iter_mut().enumerate() {
        line.no = u32::try_from(index + 1).map_err(|_| RateError::Overflow)?;
    }
    Ok(lines)
}

/// Tax on the net, exclusive, rounded once.
fn taxes(facts: &Facts, net_minor: i64) -> Result<Vec<TaxLine>, RateError> {
    let percent = facts.account.tax_percent;
    if percent.is_zero() {
        return Ok(Vec::new());
    }
    let net = Money::from_minor(net_minor, facts.currency).decimal();
    let tax = adjust::tax(net, percent, Some(facts.currency.digits()))?;
    let amount_minor = Money::rounded(tax.amount, facts.currency)?.minor();
    Ok(vec![TaxLine { percent, net_minor, amount_minor, proof: tax.proof }])
}

/// What prepaid credits pay of the total: after tax, of the same currency, not of wallets that have expired.
fn settled(facts: &Facts, total_minor: i64) -> Result<Vec<Settlement>, RateError> {
    let lives = |wallet: &&WalletFacts| wallet.expires_at.is_none_or(|expires_at| facts.at < expires_at);
    let mut own: Vec<&WalletFacts> = facts.wallets.iter().filter(lives).collect();
    // Wallets that are alike otherwise pay in the order of their ids, whatever order they were read in.
    own.sort_by_key(|wallet| wallet.id);
    let wallet = |wallet: &&'_ WalletFacts| Wallet {
        name: (wallet.id, wallet.name.clone()),
        priority: wallet.priority,
        balance: Money::from_minor(wallet.balance_minor, wallet.currency),
        expires_at: wallet.expires_at,
        created_at: Some(wallet.created_at),
    };
    let wallets: Vec<_> = own.iter().map(wallet).collect();
    let paid = allocate(Money::from_minor(total_minor.max(0), facts.currency), &wallets)?;
    let settlement = |((id, name), amount): ((crate::ids::WalletId, String), Money)| Settlement {
        kind: SettlementKind::Prepaid,
        reference: id.to_string(),
        name,
        amount_minor: amount.minor(),
    };
    Ok(paid.into_iter().map(settlement).collect())
}
