//! What goes around a price: proration, true-ups, rounding, coupons, tax, credit notes, wallets, thresholds.

use super::answer::{Breakdown, Fault, Worked};
use super::figure::{Count, DayCount, Figure, Object, Units};
use billing::exact;
use billing::money::{Currency, Money};
use billing::pricing::adjust::{Coupon, CreditNote, discount, tax, true_up};
use billing::pricing::credit::{Wallet, allocate};
use billing::pricing::line::rounded;
use billing::pricing::progressive::{Beyond, sequence};
use billing::pricing::proration::{Change, Paid, check_part, prorate};
use billing::pricing::{Rated, Rule, Step};
use billing::time::{Day, Timestamp, Zone};
use rust_decimal::Decimal;
use serde::Deserialize;

/// Digits that an amount is rounded to: those stated, else those of the currency, else none.
pub(super) fn digits(currency: Option<&str>, round_dp: Option<Count>) -> Result<Option<u32>, Fault> {
    let currency = currency.map(|code| code.parse::<Currency>().map_err(|error| Fault::invalid("currency", error)));
    let currency = currency.transpose()?;
    match round_dp {
        Some(Count(digits)) => match u32::try_from(digits) {
            Ok(digits) if digits <= 18 => Ok(Some(digits)),
            _ => Err(Fault::invalid("round_dp", format_args!("{digits} is more than 18 digits"))),
        },
        None => Ok(currency.map(Currency::digits)),
    }
}

/// Digits that an amount is rounded to where they are stated; a currency alone is only checked.
pub(super) fn stated_digits(currency: Option<&str>, round_dp: Option<Count>) -> Result<Option<u32>, Fault> {
    Ok(digits(currency, round_dp)?.filter(|_| round_dp.is_some()))
}

/// One quantity of `units`, where a parameter does not say it.
fn or_units(figure: Option<Figure>, units: &Units, field: &str) -> Result<Decimal, Fault> {
    match (figure, units.list()) {
        (Some(Figure(value)), _) => Ok(value),
        (None, [value]) => Ok(*value),
        _ => Err(Fault::missing(field)),
    }
}

fn part(days: Option<DayCount>, period_days: Option<DayCount>) -> Result<Option<(i64, i64)>, Fault> {
    match (days, period_days) {
        (Some(DayCount(days)), Some(DayCount(period_days))) => {
            check_part(days, period_days)?;
            Ok(Some((days, period_days)))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(Fault::missing("period_days")),
        (None, Some(_)) => Err(Fault::missing("days")),
    }
}

/// An amount in minor units has 64 bits.
fn in_minor(rated: Rated) -> Result<Worked, Fault> {
    let bound = Decimal::from(i64::MAX);
    if rated.amount.abs() > bound {
        return Err(billing::pricing::RateError::Overflow.into());
    }
    Worked::new(rated, Some(0))
}

fn charge(amount: Decimal) -> Result<Rated, Fault> {
    Ok(Rated::from_steps(vec![Step::new(Rule::Charge, amount)])?)
}

fn maybe_rounded(rated: Rated, digits: Option<u32>) -> Result<Rated, Fault> {
    Ok(match digits {
        Some(digits) => rounded(rated, digits)?,
        None => rated,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MinimumTrueUp {
    minimum_minor: Figure,
    #[serde(default)]
    billed_minor: Option<Figure>,
    #[serde(default)]
    days: Option<DayCount>,
    #[serde(default)]
    period_days: Option<DayCount>,
}

pub(super) fn minimum_true_up(params: MinimumTrueUp, units: &Units) -> Result<Worked, Fault> {
    let billed = or_units(params.billed_minor, units, "billed_minor")?;
    let part = part(params.days, params.period_days)?;
    in_minor(true_up(params.minimum_minor.0, part, billed, 0)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrueUpAfterRounding {
    commitment: Figure,
    #[serde(default)]
    used: Option<Figure>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
}

pub(super) fn true_up_after_rounding(params: TrueUpAfterRounding, units: &Units) -> Result<Worked, Fault> {
    let used = or_units(params.used, units, "units")?;
    let digits = digits(params.currency.as_deref(), params.round_dp)?.ok_or_else(|| Fault::missing("round_dp"))?;
    Worked::new(true_up(params.commitment.0, None, used, digits)?, Some(digits))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProrationDays {
    #[serde(default)]
    amount_minor: Option<Figure>,
    #[serde(default)]
    amount: Option<Figure>,
    #[serde(default)]
    days: Option<DayCount>,
    period_days: DayCount,
    #[serde(default)]
    round: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
}

pub(super) fn proration_days(params: ProrationDays, units: &Units) -> Result<Worked, Fault> {
    let amount = match (params.amount_minor, params.amount) {
        (Some(Figure(amount)), None) | (None, Some(Figure(amount))) => amount,
        (None, None) => return Err(Fault::missing("amount_minor")),
        (Some(_), Some(_)) => return Err(Fault::invalid("amount", "given twice, also as amount_minor")),
    };
    let days = match params.days {
        Some(DayCount(days)) => days,
        None => whole_days(or_units(None, units, "days")?)?,
    };
    check_part(days, params.period_days.0)?;
    let stated = digits(params.currency.as_deref(), params.round_dp)?;
    let digits = match params.round.as_deref() {
        Some(word) => rounding_word(word)?.or(stated),
        None => stated,
    };
    Worked::new(maybe_rounded(prorate(amount, days, params.period_days.0)?, digits)?, digits)
}

fn whole_days(value: Decimal) -> Result<i64, Fault> {
    let whole = value.normalize();
    let days = if whole.scale() == 0 { i64::try_from(whole.mantissa()).ok() } else { None };
    days.ok_or_else(|| Fault::invalid("days", format_args!("{value} is not a whole number of days")))
}

/// Digits that a rounding word names: `half_up_minor` is minor units, `half_up_2dp` two digits, `none` no rounding.
/// Half up means half away from zero throughout.
fn rounding_word(word: &str) -> Result<Option<u32>, Fault> {
    let unknown =
        || Fault::invalid("round", format_args!("'{}' is not known", word.chars().take(40).collect::<String>()));
    let base = word.strip_suffix("_each_item").unwrap_or(word);
    match base {
        "none" | "exact" => Ok(None),
        "half_up_minor" | "half_away_from_zero_minor" => Ok(Some(0)),
        _ => {
            let places = base.strip_prefix("half_up_").or_else(|| base.strip_prefix("half_away_from_zero_"));
            let places = places.and_then(|rest| rest.strip_suffix("dp")).and_then(|digits| digits.parse().ok());
            places.filter(|digits| *digits <= 18).map(Some).ok_or_else(unknown)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProrationChange {
    old_quantity: Figure,
    old_unit_price: Figure,
    new_quantity: Figure,
    new_unit_price: Figure,
    #[serde(default)]
    period_start: Option<Day>,
    #[serde(default)]
    period_end_inclusive: Option<Day>,
    #[serde(default)]
    change_date: Option<Day>,
    #[serde(default)]
    remaining_days: Option<DayCount>,
    #[serde(default)]
    period_days: Option<DayCount>,
    #[serde(default, alias = "original_amount_paid")]
    original_paid: Option<Figure>,
    #[serde(default)]
    previous_credits: Option<Figure>,
    #[serde(default)]
    round: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
}

impl ProrationChange {
    /// The change is in the period, or at its end.
    fn check_dates(&self) -> Result<(), Fault> {
        let is_before =
            |one: Option<Day>, other: Option<Day>| matches!((one, other), (Some(one), Some(other)) if one < other);
        if is_before(self.period_end_inclusive, self.period_start) {
            return Err(Fault::invalid("period_end_inclusive", "before period_start"));
        }
        if is_before(self.change_date, self.period_start) {
            return Err(Fault::invalid("change_date", "before period_start"));
        }
        let is_after = matches!((self.change_date, self.period_end_inclusive), (Some(change), Some(end)) if end.days_until(change) > 1);
        if is_after { Err(Fault::invalid("change_date", "after period_end_inclusive")) } else { Ok(()) }
    }

    /// Days of a stretch as they are stated, or as the calendar has them, both ends inclusive.
    fn stretch(stated: Option<DayCount>, from: Option<Day>, to: Option<Day>, field: &str) -> Result<i64, Fault> {
        match (stated, from, to) {
            (Some(DayCount(days)), ..) => Ok(days),
            (None, Some(from), Some(to)) => Ok(from.days_until(to) + 1),
            _ => Err(Fault::missing(field)),
        }
    }
}

pub(super) fn proration_change(params: ProrationChange, _: &Units) -> Result<Worked, Fault> {
    params.check_dates()?;
    let remaining_days = ProrationChange::stretch(
        params.remaining_days,
        params.change_date,
        params.period_end_inclusive,
        "remaining_days",
    )?;
    let period_days =
        ProrationChange::stretch(params.period_days, params.period_start, params.period_end_inclusive, "period_days")?;
    check_part(remaining_days, period_days)?;
    let stated = digits(params.currency.as_deref(), params.round_dp)?;
    let digits = match params.round.as_deref() {
        Some(word) => rounding_word(word)?.or(stated),
        None => stated,
    };
    let digits = digits.unwrap_or(2);
    let paid = params.original_paid.map(|Figure(paid)| Paid {
        paid,
        earlier_credits: params.previous_credits.map_or(Decimal::ZERO, |figure| figure.0),
    });
    let change = Change {
        old_amount: exact::mul(params.old_quantity.0, params.old_unit_price.0)?,
        new_amount: exact::mul(params.new_quantity.0, params.new_unit_price.0)?,
        remaining_days,
        period_days,
        digits,
        paid,
    };
    Worked::new(change.rate()?, Some(digits))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditCap {
    #[serde(default)]
    potential_credit: Option<Figure>,
    original_paid: Figure,
    #[serde(default)]
    previous_credits: Option<Figure>,
}

pub(super) fn credit_cap(params: CreditCap, units: &Units) -> Result<Worked, Fault> {
    let potential = or_units(params.potential_credit, units, "potential_credit")?;
    let earlier_credits = params.previous_credits.map_or(Decimal::ZERO, |figure| figure.0);
    let kept = Paid { paid: params.original_paid.0, earlier_credits }.cap(potential)?;
    let rated = charge(potential)?;
    let over = exact::sub(kept, potential)?;
    Worked::new(if over.is_zero() { rated } else { rated.and(Step::new(Rule::Maximum, over))? }, None)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarDays {
    #[serde(default)]
    time_zone: Option<Zone>,
    start_local_date: Day,
    end_local_date: Day,
}

pub(super) fn calendar_days(params: CalendarDays, _: &Units) -> Result<Worked, Fault> {
    // The dates are local already: the zone is checked, and changes nothing, however long its days are.
    let _checked = params.time_zone;
    let days = params.start_local_date.days_until(params.end_local_date);
    if days < 0 {
        return Err(Fault::invalid("end_local_date", "before start_local_date"));
    }
    Worked::new(Rated::from_steps(vec![Step::new(Rule::Days, Decimal::from(days))])?, None)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CurrencyRounding {
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
    #[serde(default)]
    mode: Option<String>,
}

pub(super) fn currency_rounding(params: CurrencyRounding, units: &Units) -> Result<Worked, Fault> {
    if let Some(mode) = params.mode.filter(|mode| mode != "half_away_from_zero" && mode != "half_up") {
        let shown: String = mode.chars().take(40).collect();
        return Err(Fault::invalid("mode", format_args!("'{shown}' is not how money is rounded here")));
    }
    let digits = digits(params.currency.as_deref(), params.round_dp)?.ok_or_else(|| Fault::missing("round_dp"))?;
    let amount = or_units(None, units, "units")?;
    Worked::new(rounded(charge(amount)?, digits)?, Some(digits))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxPercent {
    #[serde(default)]
    taxable: Option<Figure>,
    tax_percent: Figure,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
}

pub(super) fn tax_percent(params: TaxPercent, units: &Units) -> Result<Worked, Fault> {
    let net = or_units(params.taxable, units, "taxable")?;
    let digits = digits(params.currency.as_deref(), params.round_dp)?;
    Worked::new(tax(net, params.tax_percent.0, digits)?, digits)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponPercent {
    #[serde(default)]
    price: Option<Figure>,
    percent_off: Figure,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
}

pub(super) fn coupon_percent(params: CouponPercent, units: &Units) -> Result<Worked, Fault> {
    let price = or_units(params.price, units, "price")?;
    let digits = digits(params.currency.as_deref(), params.round_dp)?;
    Worked::new(discount(price, Coupon::Percent(params.percent_off.0), digits)?, digits)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponFixed {
    #[serde(default)]
    price: Option<Figure>,
    amount_off: Figure,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
}

pub(super) fn coupon_fixed(params: CouponFixed, units: &Units) -> Result<Worked, Fault> {
    let price = or_units(params.price, units, "price")?;
    // An amount off is exact in its currency already; only a stated rounding changes it.
    let digits = stated_digits(params.currency.as_deref(), params.round_dp)?;
    Worked::new(discount(price, Coupon::Fixed(params.amount_off.0), digits)?, digits)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditNoteParams {
    amount_minor: Figure,
    days: DayCount,
    period_days: DayCount,
    tax_percent: Figure,
}

pub(super) fn credit_note(model: &str, params: &CreditNoteParams) -> Result<Worked, Fault> {
    let part = (params.days.0, params.period_days.0);
    check_part(part.0, part.1)?;
    let note = CreditNote::unused(params.amount_minor.0, part, params.tax_percent.0, 0)?;
    let rated = match model {
        "credit_note_net" => note.net,
        "credit_note_tax" => note.tax,
        _ => note.total()?,
    };
    in_minor(rated)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WalletParams {
    name: String,
    #[serde(default)]
    priority: Option<Figure>,
    balance_minor: Figure,
    #[serde(default)]
    currency: Option<Currency>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wallets {
    #[serde(default)]
    invoice_minor: Option<Figure>,
    #[serde(default)]
    invoice_currency: Option<Currency>,
    wallets: Vec<Object<WalletParams>>,
}

/// The priority of a wallet that states none; the least important one.
const DEFAULT_PRIORITY: i64 = 50;

pub(super) fn wallets(params: Wallets, units: &Units) -> Result<Worked, Fault> {
    let states = |Object(wallet): &Object<WalletParams>| wallet.currency.is_some();
    let any = params.invoice_currency.is_some() || params.wallets.iter().any(states);
    // Where nothing has a currency all have the same; one that is stated leaves none of the others open.
    if any && params.invoice_currency.is_none() {
        return Err(Fault::missing("invoice_currency"));
    }
    if let Some(place) = params.wallets.iter().position(|wallet| any && !states(wallet)) {
        return Err(Fault::missing(&format!("wallets[{place}].currency")));
    }
    let currency = params.invoice_currency.unwrap_or(Currency::USD);
    let due = minor(or_units(params.invoice_minor, units, "invoice_minor")?, "invoice_minor")?;
    let wallet = |Object(wallet): Object<WalletParams>| {
        let balance = minor(wallet.balance_minor.0, "wallets.balance_minor")?;
        let priority = wallet.priority.map(|figure| minor(figure.0, "wallets.priority")).transpose()?;
        Ok(Wallet {
            name: wallet.name,
            priority: priority.unwrap_or(DEFAULT_PRIORITY),
            balance: Money::from_minor(balance, wallet.currency.unwrap_or(currency)),
            expires_at: wallet.expires_at,
            created_at: wallet.created_at,
        })
    };
    let wallets: Vec<Wallet<String>> = params.wallets.into_iter().map(wallet).collect::<Result<_, Fault>>()?;
    let paid = allocate(Money::from_minor(due, currency), &wallets)?;
    let steps = paid.iter().map(|(_, paid)| Step::new(Rule::Wallet, Decimal::from(paid.minor()))).collect();
    let mut parts: Vec<(String, Decimal)> = Vec::new();
    for (name, paid) in paid {
        let paid = Decimal::from(paid.minor());
        match parts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum = exact::add(*sum, paid)?,
            None => parts.push((name, paid)),
        }
    }
    Ok(Worked::with(Rated::from_steps(steps)?, Some(0), Breakdown::Named(parts)))
}

fn minor(value: Decimal, field: &str) -> Result<i64, Fault> {
    let whole = value.normalize();
    let minor = if whole.scale() == 0 { i64::try_from(whole.mantissa()).ok() } else { None };
    minor.ok_or_else(|| Fault::invalid(field, format_args!("{value} is not a whole number of 64 bits")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgressiveFinal {
    #[serde(default)]
    fees_total: Option<Figure>,
    progressive_billed: Figure,
}

pub(super) fn progressive_final(params: ProgressiveFinal, units: &Units) -> Result<Worked, Fault> {
    let total = or_units(params.fees_total, units, "fees_total")?;
    let rated = charge(total)?;
    Worked::new(rated.and(Step::new(Rule::Before, -params.progressive_billed.0))?, None)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgressiveSequence {
    thresholds: Vec<Figure>,
    #[serde(default)]
    recurring: bool,
    #[serde(default)]
    cumulative_usage_checkpoints: Option<Vec<Figure>>,
}

pub(super) fn progressive_sequence(params: ProgressiveSequence, units: &Units) -> Result<Worked, Fault> {
    let thresholds: Vec<Decimal> = params.thresholds.into_iter().map(|figure| figure.0).collect();
    if let Some(place) = thresholds.iter().position(|threshold| *threshold <= Decimal::ZERO) {
        return Err(Fault::invalid(&format!("thresholds[{place}]"), "must be above 0"));
    }
    let checkpoints = match params.cumulative_usage_checkpoints {
        Some(checkpoints) => checkpoints.into_iter().map(|figure| figure.0).collect(),
        None => units.list().to_vec(),
    };
    let beyond = if params.recurring { Beyond::Repeats } else { Beyond::Ends };
    let amounts = sequence(&thresholds, beyond, &checkpoints)?;
    let steps = amounts.iter().filter(|amount| !amount.is_zero()).map(|amount| Step::new(Rule::Charge, *amount));
    let rated = Rated::from_steps(steps.collect())?;
    Ok(Worked::with(rated, None, Breakdown::Listed(amounts)))
}
