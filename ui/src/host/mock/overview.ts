import type { MonthFigure, Overview, Verification } from "@/generated/bindings";
import { METERS, PLANS } from "./catalogue";
import { amountOf, dayText } from "./figures";
import { randomFrom } from "./random";
import { allTenants } from "./tenants";

export function lastMonths(count: number): string[] {
  const now = new Date();
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count + 1 + back, 1)).toISOString().slice(0, 7),
  );
}

export function monthsOf(seed: number, meters: readonly string[], size: number): MonthFigure[] {
  const random = randomFrom(seed);
  return lastMonths(12).flatMap((month, position) =>
    meters.map((meter) => {
      const quantity = Math.floor(size * (0.5 + position / 14) * (0.8 + random.next() * 0.4));
      return {
        month,
        meter,
        events: Math.floor(quantity / 40) + 1,
        quantity: String(quantity),
        billable: String(Math.floor(quantity * 0.97)),
        cost: meter === "llm_tokens" ? [{ currency: "USD", amount: (quantity * 0.000_004_2).toFixed(9) }] : [],
      };
    }),
  );
}

export function overview(): Overview {
  const rows = allTenants();
  const subscribed = rows.filter(({ status }) => status !== "none" && status !== "cancelled");
  const flagged = subscribed.filter(({ level }) => level !== "normal");
  const currencies = [...new Set(subscribed.map(({ currency }) => currency))].sort();
  const random = randomFrom(5);
  const now = Date.now();
  return {
    as_of: new Date().toISOString(),
    counts: {
      tenants: subscribed.length,
      normal: subscribed.length - flagged.length,
      warning: flagged.filter(({ level }) => level === "warning").length,
      alert: flagged.filter(({ level }) => level === "alert").length,
    },
    flagged: flagged.slice(0, 100),
    owed: currencies.map((currency) => {
      const mine = subscribed.filter((row) => row.currency === currency);
      const owing = mine.filter(({ overage }) => Number(overage) > 0);
      const overage = owing.reduce((total, row) => total + Number(row.overage), 0);
      const fees = mine.reduce(
        (total, row) => total + Number(PLANS.find(({ plan }) => plan === row.plan)?.fee ?? 0),
        0,
      );
      return {
        currency,
        tenants: owing.length,
        overage: amountOf(overage, currency),
        fees: amountOf(fees, currency),
        overage_projected: amountOf(overage * 1.37, currency),
      };
    }),
    left_out: 0,
    quarantine_waiting: 431,
    days: Array.from({ length: 90 }, (_, position) => {
      const instant = now - (89 - position) * 86_400_000;
      const weekend = [0, 6].includes(new Date(instant).getUTCDay());
      return { day: dayText(instant), events: Math.floor((weekend ? 21_000 : 54_000) * (0.8 + random.next() * 0.3)) };
    }),
    months: monthsOf(
      9,
      METERS.map(({ meter }) => meter),
      41_000_000,
    ),
  };
}

export function emptyOverview(): Overview {
  return {
    as_of: new Date().toISOString(),
    counts: { tenants: 0, normal: 0, warning: 0, alert: 0 },
    flagged: [],
    owed: [],
    left_out: 0,
    quarantine_waiting: 0,
    days: [],
    months: [],
  };
}

export function verification(): Verification {
  return {
    as_of: new Date().toISOString(),
    ledger_events: 4_218_907,
    leaves_checked: 4_218_907,
    caches_compared: 912_044,
    details_erased: 12,
    drift: [
      {
        reason: "usage_day",
        tenant_id: allTenants()[3]?.tenant_id ?? null,
        place: "2026-11-03 inbox",
        cached: "412",
        ledger: "411",
      },
    ],
    drift_count: 1,
  };
}
