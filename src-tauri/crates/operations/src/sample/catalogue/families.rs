//! The tables of the catalogue: meters, plans, features. Durations are in seconds, memory in bytes, prices in dollars.

use super::meter_code as code;
use super::{Charge, ChargeModel, Given, MeterSpec, Offer};
use billing::meter::{Aggregation, Reset};
use billing::plan::RetryRule;

/// A feature of a family.
pub(super) struct FeatureSpec {
    pub family: &'static str,
    pub code: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    /// The lowest rank that has it.
    pub from_rank: i32,
    /// Its limit per rank, where it has one.
    pub limits: &'static [&'static str],
}

const MINUTE: i64 = 60;
const GIB: i64 = 1 << 30;

const fn metered(code: &'static str, name: &'static str, unit: &'static str) -> MeterSpec {
    MeterSpec { code, name, unit, aggregation: Aggregation::Sum, reset: Reset::Period }
}

pub(super) const METERS: &[MeterSpec] = &[
    metered(code::CALL_SECONDS, "Call time", "seconds"),
    MeterSpec { aggregation: Aggregation::Max, ..metered(code::CALLS_AT_ONCE, "Calls at once", "calls") },
    metered(code::INBOX, "Inbox agent", "emails"),
    metered(code::INVOICE, "Invoice agent", "invoices"),
    metered(code::MEETING, "Meeting agent", "preps"),
    MeterSpec { reset: Reset::Day, ..metered(code::LLM_TOKENS, "LLM tokens", "tokens") },
    MeterSpec {
        aggregation: Aggregation::Level,
        reset: Reset::Never,
        ..metered(code::MEMORY_BYTES, "Memory storage", "bytes")
    },
    metered(code::AGENT_SECONDS, "Agent time", "seconds"),
    metered(code::TRANSCRIPTION_SECONDS, "Transcription", "seconds"),
    MeterSpec { aggregation: Aggregation::Count, ..metered(code::SESSIONS, "Sessions", "sessions") },
    MeterSpec { aggregation: Aggregation::Count, ..metered(code::EXPORTS, "Exports", "exports") },
];

/// A part of a meter that the fee pays for, without a price: use above it is only flagged.
const fn included(meter: &'static str, units: i64) -> Given {
    Given { meter, included: Some(units), cap: None, price: None }
}

/// The same with a hard stop at the same quantity.
const fn capped(meter: &'static str, units: i64) -> Given {
    Given { cap: Some(units), ..included(meter, units) }
}

const fn unlimited(meter: &'static str) -> Given {
    Given { meter, included: None, cap: None, price: None }
}

const fn sold(meter: &'static str, units: i64, per: i64, model: ChargeModel) -> Given {
    Given { price: Some(Charge { per, model, maximum: None }), ..included(meter, units) }
}

use ChargeModel::{Graduated, Package, PerUnit, Volume};

pub(super) const OFFERS: &[Offer] = &[
    Offer {
        family: "calls",
        code: "solo_pro",
        name: "Solo Pro",
        rank: 1,
        fees: &[25, 29],
        retry_success: RetryRule::Billable,
        given: &[sold(code::CALL_SECONDS, 500 * MINUTE, MINUTE, PerUnit("0.06")), included(code::CALLS_AT_ONCE, 2)],
    },
    Offer {
        family: "calls",
        code: "professional",
        name: "Professional",
        rank: 2,
        fees: &[79, 89],
        retry_success: RetryRule::Billable,
        given: &[
            sold(
                code::CALL_SECONDS,
                2_000 * MINUTE,
                MINUTE,
                Graduated(&[(Some(500), "0.05", "0"), (Some(2_000), "0.045", "0"), (None, "0.04", "0")]),
            ),
            Given { cap: Some(20), ..included(code::CALLS_AT_ONCE, 10) },
        ],
    },
    Offer {
        family: "calls",
        code: "enterprise",
        name: "Enterprise",
        rank: 3,
        fees: &[249, 279],
        retry_success: RetryRule::Billable,
        given: &[
            sold(
                code::CALL_SECONDS,
                6_000 * MINUTE,
                MINUTE,
                Volume(&[(Some(1_000), "0.04", "0"), (Some(5_000), "0.035", "0"), (None, "0.03", "0")]),
            ),
            included(code::CALLS_AT_ONCE, 60),
        ],
    },
    Offer {
        family: "agents",
        code: "starter",
        name: "Starter",
        rank: 1,
        fees: &[19],
        retry_success: RetryRule::Billable,
        given: &[
            sold(code::INBOX, 500, 1, PerUnit("0.02")),
            sold(code::INVOICE, 100, 1, PerUnit("0.10")),
            sold(code::MEETING, 20, 1, PerUnit("0.50")),
        ],
    },
    Offer {
        family: "agents",
        code: "team",
        name: "Team",
        rank: 2,
        fees: &[79],
        retry_success: RetryRule::Billable,
        given: &[
            sold(code::INBOX, 5_000, 1, Graduated(&[(Some(1_000), "0.015", "0"), (None, "0.01", "2.00")])),
            sold(code::INVOICE, 1_000, 1, Package { size: 50, amount: "4.00" }),
            sold(code::MEETING, 200, 1, PerUnit("0.40")),
        ],
    },
    Offer {
        family: "agents",
        code: "scale",
        name: "Scale",
        rank: 3,
        fees: &[249],
        retry_success: RetryRule::Billable,
        given: &[
            sold(
                code::INBOX,
                50_000,
                1,
                Volume(&[(Some(10_000), "0.01", "0"), (Some(50_000), "0.008", "0"), (None, "0.006", "0")]),
            ),
            sold(code::INVOICE, 10_000, 1, Package { size: 500, amount: "25.00" }),
            Given {
                price: Some(Charge { per: 1, model: PerUnit("0.30"), maximum: Some("300") }),
                ..included(code::MEETING, 2_000)
            },
        ],
    },
    Offer {
        family: "platform",
        code: "free_trial",
        name: "Free Trial",
        rank: 1,
        fees: &[0],
        retry_success: RetryRule::Billable,
        given: &[capped(code::LLM_TOKENS, 1_000), capped(code::MEMORY_BYTES, GIB), capped(code::AGENT_SECONDS, 0)],
    },
    Offer {
        family: "platform",
        code: "basic",
        name: "Basic",
        rank: 2,
        fees: &[15],
        retry_success: RetryRule::Billable,
        given: &[
            sold(code::LLM_TOKENS, 50_000, 1_000, PerUnit("0.004")),
            Given {
                cap: Some(20 * GIB),
                ..sold(code::MEMORY_BYTES, 10 * GIB, GIB, Package { size: 1, amount: "0.50" })
            },
            sold(code::AGENT_SECONDS, 60 * MINUTE, MINUTE, PerUnit("0.08")),
        ],
    },
    Offer {
        family: "platform",
        code: "pro",
        name: "Pro",
        rank: 3,
        fees: &[60],
        retry_success: RetryRule::Billable,
        given: &[unlimited(code::LLM_TOKENS), unlimited(code::MEMORY_BYTES), unlimited(code::AGENT_SECONDS)],
    },
    Offer {
        family: "transcription",
        code: "free",
        name: "Free",
        rank: 1,
        fees: &[0],
        retry_success: RetryRule::Free,
        given: &[
            capped(code::TRANSCRIPTION_SECONDS, 60 * MINUTE),
            included(code::SESSIONS, 10),
            capped(code::EXPORTS, 5),
        ],
    },
    Offer {
        family: "transcription",
        code: "coach",
        name: "Coach",
        rank: 2,
        fees: &[25],
        retry_success: RetryRule::Free,
        given: &[
            sold(code::TRANSCRIPTION_SECONDS, 1_200 * MINUTE, MINUTE, PerUnit("0.025")),
            unlimited(code::SESSIONS),
            sold(code::EXPORTS, 50, 1, Package { size: 10, amount: "1.00" }),
        ],
    },
    Offer {
        family: "transcription",
        code: "studio",
        name: "Studio",
        rank: 3,
        fees: &[90],
        retry_success: RetryRule::Billable,
        given: &[
            sold(
                code::TRANSCRIPTION_SECONDS,
                6_000 * MINUTE,
                MINUTE,
                Graduated(&[(Some(1_000), "0.02", "0"), (None, "0.015", "5.00")]),
            ),
            unlimited(code::SESSIONS),
            unlimited(code::EXPORTS),
        ],
    },
];

const fn feature(
    family: &'static str,
    code: &'static str,
    name: &'static str,
    description: &'static str,
    from_rank: i32,
) -> FeatureSpec {
    FeatureSpec { family, code, name, description, from_rank, limits: &[] }
}

pub(super) const FEATURES: &[FeatureSpec] = &[
    FeatureSpec {
        limits: &["1 number", "5 numbers", "50 numbers"],
        ..feature("calls", "numbers", "Phone numbers", "Own numbers for incoming calls", 1)
    },
    feature("calls", "recording", "Call recording", "Calls are kept for 30 days", 1),
    feature("calls", "transfer", "Warm transfer", "Hand a call over to a colleague", 2),
    feature("calls", "analytics", "Call analytics", "Reports by hour, number and agent", 2),
    feature("calls", "sso", "Single sign-on", "Sign in with the company's own accounts", 3),
    FeatureSpec {
        limits: &["1 mailbox", "10 mailboxes", "200 mailboxes"],
        ..feature("agents", "inbox", "Inbox agent", "Sorts and answers e-mails", 1)
    },
    feature("agents", "invoice", "Invoice agent", "Finds invoices and reads them", 1),
    feature("agents", "meeting", "Meeting agent", "Prepares meetings from mail and calendar", 1),
    feature("agents", "approval", "Approval rules", "A person approves before an agent sends", 2),
    feature("agents", "export", "Accounting export", "Invoices go to the bookkeeping", 3),
    FeatureSpec {
        limits: &["short-term only", "all tiers", "all tiers"],
        ..feature("platform", "memory", "Memory", "Agents remember across sessions", 1)
    },
    feature("platform", "agents", "Background agents", "Agents that work without a person", 2),
    feature("platform", "priority", "Priority queue", "Requests go first", 3),
    FeatureSpec {
        limits: &["google", "google, assemblyai", "google, assemblyai"],
        ..feature("transcription", "providers", "Providers", "Engines that transcribe", 1)
    },
    feature("transcription", "diarisation", "Speakers", "Tells the speakers apart", 2),
    FeatureSpec {
        limits: &["txt", "txt, docx, pdf", "txt, docx, pdf, srt"],
        ..feature("transcription", "formats", "Export formats", "Formats of exported transcripts", 1)
    },
    feature("transcription", "archive", "Archive", "Transcripts are kept for seven years", 3),
];
