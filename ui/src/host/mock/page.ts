import type { MeterUsage, MonthFigure, OverrideRow, TenantPage, TenantRow, TimeSeries } from "@/generated/bindings";
import { type Allowance, FEATURES, meterOf, PLANS } from "./catalogue";
import { recentOf } from "./events";
import { amountOf, daysAgo, dayText, idOf } from "./figures";
import { monthsOf } from "./overview";
import { randomFrom } from "./random";

function usageOf(tenant: TenantRow, allowance: Allowance): MeterUsage {
  const meter = meterOf(allowance.meter);
  const cell = tenant.meters.find((candidate) => candidate.meter === allowance.meter);
  const used = Number(cell?.used ?? 0);
  const { included, price } = allowance;
  const over = included === null ? 0 : Math.max(used - included, 0);
  const midnight = new Date();
  midnight.setUTCHours(24, 0, 0, 0);
  return {
    meter: meter.meter,
    name: meter.name,
    unit: meter.unit,
    aggregation: meter.aggregation,
    reset: allowance.reset,
    used: String(used),
    used_all: String(Math.floor(used * 1.04)),
    included: included === null ? null : String(included),
    cap: included ? String(included * 4) : null,
    percent: cell?.percent ?? null,
    level: cell?.level ?? "normal",
    remaining: included === null ? null : String(Math.max(included - used, 0)),
    resets_at:
      allowance.reset === "never" ? null : allowance.reset === "day" ? midnight.toISOString() : tenant.period_end,
    overage: String(over),
    overage_amount: price ? amountOf(over * Number(price), tenant.currency) : null,
    currency: tenant.currency,
    price: price ? `${price} per ${meter.unit === "s" ? "second" : meter.unit}` : null,
    override_id: allowance.meter === "inbox" ? idOf("ovr", 1) : null,
  };
}

function overridesOf(tenant: TenantRow): OverrideRow[] {
  const meter = tenant.meters[0]?.meter;
  if (!meter) return [];
  return [
    {
      override_id: idOf("ovr", 1),
      meter,
      included: "7500",
      cap: "unlimited",
      valid_from: daysAgo(12),
      valid_to: null,
      actor: "dana",
      reason: "Launch month, agreed in call with customer on 3 Nov",
      active: true,
    },
    {
      override_id: idOf("ovr", 2),
      meter,
      included: null,
      cap: "20000",
      valid_from: daysAgo(90),
      valid_to: daysAgo(60),
      actor: "milo",
      reason: "Migration week",
      active: false,
    },
  ];
}

export function tenantPage(tenant: TenantRow): TenantPage {
  const plan = PLANS.find((candidate) => candidate.plan === tenant.plan && candidate.family === tenant.family);
  const better = plan && PLANS.find((candidate) => candidate.family === plan.family && candidate.rank > plan.rank);
  const alerting = tenant.level === "alert";
  const recent = recentOf(tenant.tenant_id, 10);
  const crossing = recent[2];
  return {
    as_of: new Date().toISOString(),
    tenant_id: tenant.tenant_id,
    name: tenant.name,
    email: "billing@example.com",
    outside_id: tenant.outside_id,
    country: tenant.country,
    zone: tenant.zone,
    currency: tenant.currency,
    level: tenant.level,
    subscriptions: plan
      ? [
          {
            subscription_id: idOf("sbs", 3),
            family: plan.family,
            plan: plan.plan,
            version: 3,
            status: tenant.status,
            fee: amountOf(Number(plan.fee), tenant.currency),
            currency: tenant.currency,
            started_at: daysAgo(400),
            ended_at: null,
            anchor_day: 31,
            period_start: daysAgo(20),
            period_end: tenant.period_end,
          },
        ]
      : [],
    features: plan ? [...FEATURES] : [],
    meters: plan ? plan.allowances.map((allowance) => usageOf(tenant, allowance)) : [],
    overage_total: tenant.overage,
    upgrade:
      alerting && better
        ? {
            plan: better.plan,
            fee: amountOf(Number(better.fee), tenant.currency),
            difference: amountOf(Number(better.fee) - Number(plan.fee) - Number(tenant.overage), tenant.currency),
            currency: tenant.currency,
          }
        : null,
    overrides: overridesOf(tenant),
    storage:
      plan?.family === "platform"
        ? [
            { tier: "STM", count: 12, bytes: "41230", average: "3435" },
            { tier: "ITM", count: 3_422, bytes: "12803322", average: "3741" },
            { tier: "LTM", count: 81_220, bytes: "401223991", average: "4939" },
          ]
        : [],
    recent,
    lifetime: tenant.meters.map(({ meter }, position) => ({
      meter,
      events: 20_412 + position,
      quantity: "18230011",
      billable: "17993021",
    })),
    alerts:
      alerting && crossing
        ? [
            {
              meter: crossing.meter,
              level: "alert",
              raised_at: daysAgo(2),
              used: "5001",
              base: "5000",
              source: crossing.source,
              key: crossing.key,
              recovered_at: null,
            },
            {
              meter: crossing.meter,
              level: "warning",
              raised_at: daysAgo(6),
              used: "4000",
              base: "5000",
              source: crossing.source,
              key: crossing.key,
              recovered_at: daysAgo(4),
            },
          ]
        : [],
  };
}

export function tenantSeries(tenant: TenantRow, days: number): TimeSeries {
  const now = Date.now();
  return {
    as_of: new Date().toISOString(),
    zone: tenant.zone,
    days: Array.from({ length: days }, (_, position) => dayText(now - (days - 1 - position) * 86_400_000)),
    series: tenant.meters.map(({ meter: code, used }, position) => {
      const meter = meterOf(code);
      const random = randomFrom(position + Number(used));
      const all = Array.from({ length: days }, (_, day) =>
        meter.aggregation === "level"
          ? Math.floor(Number(used) * (0.6 + (day / days) * 0.4))
          : Math.floor((Number(used) / 20) * (0.4 + random.next())),
      );
      return {
        meter: code,
        name: meter.name,
        unit: meter.unit,
        aggregation: meter.aggregation,
        all: all.map(String),
        billable: all.map((value) => String(Math.floor(value * 0.96))),
      };
    }),
  };
}

export function tenantMonths(tenant: TenantRow): MonthFigure[] {
  return monthsOf(
    tenant.name.length,
    tenant.meters.map(({ meter }) => meter),
    Math.max(Number(tenant.meters[0]?.used ?? 0), 900),
  );
}
