//! Who plays which part: families, situations, plans and overrides, dealt by turn so that each situation occurs in
//! each family whatever the seed.

use super::{Account, DAY_MICROS, OverrideDraft};
use crate::sample::Made;
use crate::sample::catalogue::Catalogue;
use crate::sample::random::Random;
use billing::ids::OverrideId;
use billing::plan::Setting;
use billing::time::Timestamp;

/// The plan families.
pub(crate) const FAMILIES: [&str; 4] = ["calls", "agents", "platform", "transcription"];

/// The situation that a tenant shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Well below its limits.
    Steady,
    /// Between 80 and 100 % now.
    Warning,
    /// Above 100 % now.
    Alert,
    /// Above 150 % now, up to four times the limit.
    Far,
    /// Subscribed, uses nothing.
    Idle,
    /// Subscribed some days ago, in its trial.
    Newcomer,
    /// Cancelled: ended, or about to end.
    Cancelled,
    /// A payment is due.
    PastDue,
    /// Went to a higher plan in the middle of a period.
    Upgraded,
    /// Went to a lower plan.
    Downgraded,
    /// Has an override in force.
    Raised,
    /// Had an override.
    Expired,
    /// Has subscriptions of two families.
    Both,
    /// Has no subscription at all.
    Without,
}

/// Of 25 tenants: seven calls, six agents, seven platform, five transcription.
const FAMILY_PATTERN: [usize; 25] = [0, 2, 1, 3, 0, 2, 1, 0, 2, 3, 1, 0, 2, 0, 1, 2, 3, 0, 2, 1, 3, 0, 2, 1, 3];

const ROLE_PATTERN: [Role; 36] = [
    Role::Steady,
    Role::Warning,
    Role::Alert,
    Role::Upgraded,
    Role::Steady,
    Role::Newcomer,
    Role::Far,
    Role::Steady,
    Role::PastDue,
    Role::Steady,
    Role::Cancelled,
    Role::Raised,
    Role::Warning,
    Role::Steady,
    Role::Expired,
    Role::Idle,
    Role::Steady,
    Role::Both,
    Role::Steady,
    Role::Newcomer,
    Role::Warning,
    Role::Steady,
    Role::Downgraded,
    Role::Cancelled,
    Role::Steady,
    Role::Alert,
    Role::Steady,
    Role::Upgraded,
    Role::Raised,
    Role::Steady,
    Role::PastDue,
    Role::Steady,
    Role::Without,
    Role::Warning,
    Role::Steady,
    Role::Cancelled,
];

/// The family of a tenant by its number, as a place in [`FAMILIES`].
pub(crate) fn family_of(number: usize) -> usize {
    FAMILY_PATTERN[number % FAMILY_PATTERN.len()]
}

/// The role of a tenant by its place in its family.
pub(crate) fn role_of(turn: usize) -> Role {
    ROLE_PATTERN[turn % ROLE_PATTERN.len()]
}

/// The rank of the plan that a subscription begins with.
pub(super) fn rank(family: &str, role: Role, random: &mut Random) -> i32 {
    let any = *random.pick(&[1, 1, 1, 2, 2, 2, 2, 3, 3]);
    match role {
        Role::Upgraded => any.min(2),
        Role::Downgraded => any.max(2),
        // A level needs a limit, which the platform's highest plan has none of.
        Role::Warning | Role::Alert | Role::Far | Role::Raised | Role::Expired if family == "platform" => any.min(2),
        _ => any,
    }
}

/// The overrides of an account by its role.
pub(super) fn overrides(
    account: &Account,
    catalogue: &Catalogue,
    random: &mut Random,
    now: Timestamp,
) -> Made<Vec<OverrideDraft>> {
    let Some(contract) = account.contracts.first() else { return Ok(Vec::new()) };
    let meter = catalogue.meter(account.stage()).id;
    let versions = catalogue.versions();
    let included = versions[&contract.present().version].allowance(meter).included.unwrap_or(0);
    let ago = |days: i64| now.plus_micros(-days * DAY_MICROS);
    let id = OverrideId::from_uuid(random.uuid());
    let raised = OverrideDraft {
        id,
        meter,
        included: Setting::To(Some(included + included / 2)),
        cap: Setting::Keep,
        from: ago(random.between(20, 40))?.max(contract.started_at),
        to: None,
        actor: "support.lena",
        reason: "Agreed by telephone: half as much again until the new contract is signed",
    };
    Ok(match (account.role, account.turn % 4) {
        (Role::Raised, 0) => vec![OverrideDraft {
            included: Setting::To(None),
            to: Some(now.plus_micros(30 * DAY_MICROS)?),
            actor: "finance.omar",
            reason: "Goodwill: unlimited for a month after the outage of our provider",
            ..raised
        }],
        (Role::Raised, 1) => vec![OverrideDraft {
            included: Setting::Keep,
            cap: Setting::To(Some(included + included / 10)),
            reason: "Budget of the customer: hard stop at 110 %",
            ..raised
        }],
        (Role::Raised, _) => vec![OverrideDraft { to: Some(now.plus_micros(60 * DAY_MICROS)?), ..raised }],
        (Role::Expired, _) => vec![OverrideDraft {
            from: ago(120)?.max(contract.started_at),
            to: Some(ago(60)?.max(contract.started_at.plus_micros(DAY_MICROS)?)),
            actor: "support.lena",
            reason: "Fair week: twice the volume expected",
            included: Setting::To(Some(included * 2)),
            ..raised
        }],
        _ => Vec::new(),
    })
}
