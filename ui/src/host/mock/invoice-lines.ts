import type { DaySpan, InvoiceLine, ProofStep, TenantRow } from "@/generated/bindings";
import { meterOf, PLANS } from "./catalogue";
import { amountOf, idOf } from "./figures";
import { randomFrom } from "./random";

const FREE_STEP: ProofStep = {
  rule: "charge",
  tier: null,
  event: null,
  quantity: null,
  price: null,
  divisor: null,
  amount: "0",
};

const step = (part: Partial<ProofStep>): ProofStep => ({ ...FREE_STEP, ...part });

/** A usage line in two tiers, so that a proof has something to show. */
function usageLine(base: InvoiceLine, code: string, seed: number, currency: string): InvoiceLine {
  const random = randomFrom(seed);
  const meter = meterOf(code);
  const included = 5_000;
  const used = 1_000 + random.integer(19_000);
  const over = Math.max(used - included, 0);
  const first = Math.min(over, 8_000);
  const rest = over - first;
  const steps = [
    step({
      rule: "tier_units",
      tier: 1,
      quantity: String(first),
      price: "0.0125",
      divisor: "1",
      amount: (first * 0.0125).toFixed(4),
    }),
  ];
  if (rest > 0)
    steps.push(
      step({
        rule: "tier_units",
        tier: 2,
        quantity: String(rest),
        price: "0.0091",
        divisor: "1",
        amount: (rest * 0.0091).toFixed(4),
      }),
    );
  const exact = (first * 0.0125 + rest * 0.0091).toFixed(4);
  const amount = amountOf(Number(exact), currency);
  const rounded = (Number(amount) - Number(exact)).toFixed(4);
  if (Number(rounded) !== 0) steps.push(step({ rule: "rounding", amount: rounded }));
  return {
    ...base,
    kind: "usage",
    description: meter.name,
    meter: code,
    unit: meter.unit,
    used: String(used),
    included: String(included),
    quantity: String(over),
    unrounded: exact,
    amount,
    steps: over > 0 ? steps : [],
  };
}

/** The lines of an invented invoice: fee, usage, sometimes late use and a memo, a coupon. */
export function linesOf(index: number, tenant: TenantRow, period: DaySpan): InvoiceLine[] {
  const { currency } = tenant;
  const plan = PLANS.find((candidate) => candidate.plan === tenant.plan && candidate.family === tenant.family);
  const fee = Number(plan?.fee ?? "99.00");
  const base: InvoiceLine = {
    no: 1,
    kind: "fee",
    description: `${tenant.plan ?? "Team"}, fee of the period`,
    meter: null,
    unit: null,
    plan: `${tenant.plan ?? "Team"}, version 2`,
    plan_version_id: idOf("plv", 4),
    rule_version: 1,
    days: period,
    used: null,
    included: null,
    quantity: null,
    unrounded: fee.toFixed(2),
    amount: amountOf(fee, currency),
    counts: true,
    steps: [step({ rule: "charge", amount: fee.toFixed(2) })],
  };
  const meters =
    tenant.meters.length > 0 ? tenant.meters.slice(0, 3).map(({ meter }) => meter) : ["call_time", "inbox"];
  const lines = [base, ...meters.map((code, place) => usageLine(base, code, index * 5 + place, currency))];
  if (index % 9 === 4)
    lines.push({
      ...usageLine(base, meters[0] as string, index * 5 + 77, currency),
      kind: "late",
      description: `${meterOf(meters[0] as string).name}, late, from the period before`,
    });
  if (index % 4 === 1) {
    const off = -fee * 0.1;
    lines.push({
      ...base,
      kind: "coupon",
      description: "WELCOME10",
      plan: null,
      plan_version_id: null,
      days: null,
      unrounded: off.toFixed(4),
      amount: amountOf(off, currency),
      steps: [
        step({ rule: "discount", quantity: fee.toFixed(2), price: "10", divisor: "100", amount: off.toFixed(4) }),
      ],
    });
  }
  if (index % 6 === 2)
    lines.push({
      ...usageLine(base, meters[0] as string, index * 5 + 99, currency),
      kind: "memo",
      description: "Overage that Stripe invoices",
      counts: false,
    });
  return lines.map((line, place) => ({ ...line, no: place + 1 }));
}
