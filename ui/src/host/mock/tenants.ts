import type { MeterCell, TenantList, TenantRow } from "@/generated/bindings";
import { type MockPlan, PLANS } from "./catalogue";
import { amountOf, highest, idOf, levelOf, percentOf } from "./figures";
import { companyName, PLACES } from "./names";
import { type Random, randomFrom } from "./random";

export const TENANT_COUNT = 10_000;

/** A factor of use against what is included, so that all levels occur: most calm, some close, a few far above. */
function pressure(random: Random): number {
  const roll = random.next();
  if (roll < 0.012) return 1 + random.next() * 4;
  if (roll < 0.035) return 0.8 + random.next() * 0.2;
  return random.next() * 0.75;
}

function cellsOf(plan: MockPlan, random: Random): MeterCell[] {
  return plan.allowances
    .map(({ meter, included }) => {
      const force = pressure(random);
      const used = included
        ? Math.floor(included * force)
        : included === 0
          ? random.integer(12) * 60 * Number(random.next() < 0.05)
          : random.integer(9_000_000);
      const base = included === null ? null : String(included);
      return {
        meter,
        used: String(used),
        base,
        percent: included ? percentOf(used, included) : null,
        level: levelOf(used, included),
      };
    })
    .sort((a, b) => Number(b.percent ?? -1) - Number(a.percent ?? -1));
}

function overageOf(plan: MockPlan, cells: readonly MeterCell[]): number {
  return cells.reduce((total, { meter, used, base }) => {
    const price = plan.allowances.find((allowance) => allowance.meter === meter)?.price;
    return base === null || !price ? total : total + Math.max(Number(used) - Number(base), 0) * Number(price);
  }, 0);
}

function tenantAt(index: number): TenantRow {
  const random = randomFrom(index + 17);
  const place = random.pick(PLACES);
  const name = companyName(index, random);
  const plan = random.pick(PLANS);
  const roll = random.next();
  const status =
    roll < 0.9 ? "active" : roll < 0.94 ? "trialing" : roll < 0.96 ? "past_due" : roll < 0.98 ? "cancelled" : "none";
  const subscribed = status !== "none";
  const meters = subscribed ? cellsOf(plan, random) : [];
  const now = new Date();
  return {
    tenant_id: idOf("ten", index),
    name,
    outside_id: index % 9 === 0 ? null : `org-${String(10_000 + index)}`,
    country: place.country,
    status,
    family: subscribed ? plan.family : null,
    plan: subscribed ? plan.plan : null,
    currency: place.currency,
    zone: place.zone,
    level: highest(meters.map(({ level }) => level)),
    percent: meters[0]?.percent ?? null,
    meters,
    meter_count: meters.length,
    overage: amountOf(overageOf(plan, meters), place.currency),
    period_end: subscribed
      ? new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1 + random.integer(27))).toISOString()
      : null,
  };
}

let known: TenantRow[] | undefined;

export function allTenants(): TenantRow[] {
  known ??= Array.from({ length: TENANT_COUNT }, (_, index) => tenantAt(index)).sort(
    (a, b) => Number(b.percent ?? -1) - Number(a.percent ?? -1),
  );
  return known;
}

export function tenantList(): TenantList {
  const rows = allTenants();
  return { as_of: new Date().toISOString(), rows, total: rows.length };
}

export function findTenant(tenantId: string): TenantRow | undefined {
  return allTenants().find((row) => row.tenant_id === tenantId);
}
