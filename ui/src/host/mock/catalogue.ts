import type { Feature, MeterRow } from "@/generated/bindings";

export const METERS: readonly MeterRow[] = [
  { meter: "call_time", name: "Call time", unit: "s", scale: 0, aggregation: "sum" },
  { meter: "inbox", name: "Emails processed", unit: "email", scale: 0, aggregation: "count" },
  { meter: "invoice", name: "Invoices detected", unit: "invoice", scale: 0, aggregation: "count" },
  { meter: "meeting", name: "Meeting preps", unit: "prep", scale: 0, aggregation: "count" },
  { meter: "llm_tokens", name: "LLM tokens", unit: "token", scale: 0, aggregation: "sum" },
  { meter: "storage", name: "Memory storage", unit: "byte", scale: 0, aggregation: "level" },
  { meter: "agent_time", name: "Agent time", unit: "s", scale: 0, aggregation: "sum" },
  { meter: "transcription", name: "Transcription", unit: "s", scale: 3, aggregation: "sum" },
  { meter: "sessions", name: "Sessions", unit: "session", scale: 0, aggregation: "count" },
];

/** What a plan includes of a meter; null is unlimited. */
export type Allowance = {
  meter: string;
  included: number | null;
  price: string | null;
  reset: "day" | "period" | "never";
};

export type MockPlan = { family: string; plan: string; fee: string; rank: number; allowances: readonly Allowance[] };

const per = (meter: string, included: number | null, price: string | null): Allowance => ({
  meter,
  included,
  price,
  reset: "period",
});

export const PLANS: readonly MockPlan[] = [
  { family: "calls", plan: "Solo Pro", fee: "29.00", rank: 1, allowances: [per("call_time", 30_000, "0.02")] },
  { family: "calls", plan: "Professional", fee: "79.00", rank: 2, allowances: [per("call_time", 120_000, "0.015")] },
  { family: "calls", plan: "Enterprise", fee: "249.00", rank: 3, allowances: [per("call_time", 600_000, "0.01")] },
  {
    family: "agents",
    plan: "Starter",
    fee: "19.00",
    rank: 1,
    allowances: [per("inbox", 500, "0.02"), per("invoice", 50, "0.10"), per("meeting", 20, "0.25")],
  },
  {
    family: "agents",
    plan: "Team",
    fee: "99.00",
    rank: 2,
    allowances: [per("inbox", 5_000, "0.015"), per("invoice", 500, "0.08"), per("meeting", 200, "0.20")],
  },
  {
    family: "agents",
    plan: "Scale",
    fee: "499.00",
    rank: 3,
    allowances: [per("inbox", null, null), per("invoice", 5_000, "0.05"), per("meeting", 2_000, "0.15")],
  },
  {
    family: "platform",
    plan: "Free Trial",
    fee: "0.00",
    rank: 1,
    allowances: [
      { meter: "llm_tokens", included: 1_000, price: null, reset: "day" },
      { meter: "storage", included: 1_073_741_824, price: null, reset: "never" },
      per("agent_time", 0, null),
    ],
  },
  {
    family: "platform",
    plan: "Basic",
    fee: "25.00",
    rank: 2,
    allowances: [
      { meter: "llm_tokens", included: 50_000, price: "0.00002", reset: "day" },
      { meter: "storage", included: 10_737_418_240, price: "0.00000001", reset: "never" },
      per("agent_time", 3_600, "0.03"),
    ],
  },
  {
    family: "platform",
    plan: "Pro",
    fee: "120.00",
    rank: 3,
    allowances: [
      { meter: "llm_tokens", included: null, price: null, reset: "day" },
      { meter: "storage", included: null, price: null, reset: "never" },
      per("agent_time", null, null),
    ],
  },
  {
    family: "transcription",
    plan: "Coach",
    fee: "39.00",
    rank: 2,
    allowances: [per("transcription", 36_000, "0.011"), per("sessions", 100, null)],
  },
];

export const FEATURES: readonly Feature[] = [
  {
    code: "call_recording",
    name: "Call recording",
    description: "Keep the audio of each call",
    enabled: true,
    limit: "90 days",
  },
  {
    code: "live_captions",
    name: "Live captions",
    description: "Captions while a call runs",
    enabled: true,
    limit: null,
  },
  { code: "seats", name: "Seats", description: "People who can sign in", enabled: true, limit: "5 seats" },
  {
    code: "api_access",
    name: "API access",
    description: "Read usage from other systems",
    enabled: true,
    limit: "60 requests a minute",
  },
  {
    code: "single_sign_on",
    name: "Single sign-on",
    description: "SAML and OpenID Connect",
    enabled: false,
    limit: null,
  },
  { code: "audit_export", name: "Audit export", description: "Download who did what", enabled: false, limit: null },
];

export function meterOf(code: string): MeterRow {
  return METERS.find(({ meter }) => meter === code) ?? (METERS[0] as MeterRow);
}
