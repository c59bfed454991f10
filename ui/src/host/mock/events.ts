import type { EventDetail, EventFilter, EventPage, EventRow, SubjectRow } from "@/generated/bindings";
import { meterOf, PLANS } from "./catalogue";
import { idOf } from "./figures";
import { randomFrom } from "./random";
import { allTenants, findTenant } from "./tenants";

const CLASSES = ["original", "original", "original", "original", "retry_failed", "retry_success", "correction"];
const PROVIDERS = ["", "google", "assemblyai", "azure", "openai"];
const TOTAL = 2_000;
const PAGE = 200;

const started = Date.now();

function eventAt(index: number, tenantId?: string): EventRow {
  const random = randomFrom(index * 7 + 3);
  const tenants = allTenants();
  const tenant =
    (tenantId && findTenant(tenantId)) || (tenants[(index * 37) % tenants.length] as (typeof tenants)[number]);
  const code = tenant.meters[index % Math.max(tenant.meters.length, 1)]?.meter ?? "call_time";
  const meter = meterOf(code);
  const classification = random.pick(CLASSES);
  const occurred = started - index * 47_000 - random.integer(40_000);
  const quantity =
    meter.aggregation === "count"
      ? 1
      : meter.aggregation === "level"
        ? random.integer(80_000) - 20_000
        : random.integer(4_000) + 1;
  return {
    tenant_id: tenant.tenant_id,
    tenant_name: tenant.name,
    source: random.pick(["usage-events", "usage-ledger", "azure-llm-2023", "manual"]),
    key: `evt-${(900_000_000 - index).toString(36)}-${random.integer(99_999)}`,
    meter: code,
    unit: meter.unit,
    quantity: classification === "correction" ? String(-quantity) : meter.scale ? `${quantity}.125` : String(quantity),
    billable: classification !== "retry_failed",
    classification,
    occurred_at: new Date(occurred).toISOString(),
    received_at: new Date(occurred + 1_200 + random.integer(9_000)).toISOString(),
    day: new Date(occurred).toISOString().slice(0, 10),
    zone: tenant.zone,
    provider: random.pick(PROVIDERS),
    cost: index % 3 === 0 ? (random.next() * 2).toFixed(9) : null,
    cost_currency: index % 3 === 0 ? "USD" : null,
  };
}

function matches(row: EventRow, filter: EventFilter): boolean {
  const { tenant_id, from, to, meter, key, source, classification, billable } = filter;
  return (
    (!tenant_id || row.tenant_id === tenant_id) &&
    (!from || row.occurred_at >= from) &&
    (!to || row.occurred_at < to) &&
    (!meter || row.meter === meter) &&
    (!key || row.key.startsWith(key)) &&
    (!source || row.source === source) &&
    (!classification || row.classification === classification) &&
    (billable === null || billable === undefined || row.billable === billable) &&
    !filter.user &&
    !filter.client &&
    !filter.session &&
    !filter.resource
  );
}

export function recentOf(tenantId: string, count: number): EventRow[] {
  return Array.from({ length: count }, (_, index) => eventAt(index, tenantId));
}

export function eventPage(filter: EventFilter, cursor: string | null): EventPage {
  const tenantId = filter.tenant_id ?? undefined;
  const rows = Array.from({ length: TOTAL }, (_, index) => eventAt(index, tenantId)).filter((row) =>
    matches(row, filter),
  );
  const start = cursor ? Number(cursor) : 0;
  const next = start + PAGE < rows.length ? String(start + PAGE) : null;
  return { as_of: new Date().toISOString(), rows: rows.slice(start, start + PAGE), next };
}

export function findEvent(tenantId: string, key: string): EventRow | undefined {
  for (let index = 0; index < TOTAL; index += 1) {
    const row = eventAt(index, tenantId);
    if (row.key === key) return row;
  }
  return undefined;
}

export function subjectsOf(tenantId: string): SubjectRow[] {
  const seed = tenantId.charCodeAt(5);
  const people = ["Ada Lovelace", "محمد صالح", "山田 花子", "<b>Bob</b>", "Chloë O’Brien", null, "Sven 🚀"];
  return people.map((name, position) => ({
    subject_id: idOf("sub", seed * 31 + position),
    kind: ["user", "client", "session", "resource"][position % 4] as string,
    name,
    outside_id: name === null ? null : `u-${1_000 + position}`,
    erased_at: name === null ? new Date(started - 9 * 86_400_000).toISOString() : null,
  }));
}

export function eventDetail(row: EventRow): EventDetail {
  const tenant = findTenant(row.tenant_id);
  const plan = PLANS.find((candidate) => candidate.plan === tenant?.plan);
  const counted = row.billable ? row.quantity : "0";
  return {
    event: row,
    billable_reason: row.billable ? "successful work under a plan that bills it" : "a retry that failed is free",
    action: "process",
    parent:
      row.classification.startsWith("retry") || row.classification === "correction"
        ? (recentOf(row.tenant_id, 4)[3]?.key ?? null)
        : null,
    children:
      row.classification === "original"
        ? recentOf(row.tenant_id, 3)
            .slice(1)
            .map(({ key }) => key)
        : [],
    subjects: subjectsOf(row.tenant_id).slice(0, 3),
    plan: plan ? `${plan.plan} v3` : null,
    entitlement_id: idOf("ent", 12),
    period: "2026-11-01 - 2026-12-01",
    billed_period: null,
    effects: [
      {
        counter: "period_counter",
        place: "2026-11-01 - 2026-12-01",
        contribution: row.quantity,
        billable_contribution: counted,
        all: "412034",
        billable: "409921",
      },
      {
        counter: "usage_day",
        place: row.day,
        contribution: row.quantity,
        billable_contribution: counted,
        all: "18211",
        billable: "18011",
      },
    ],
    details: [
      { name: "file_name", value: "interview-2026-11-03.wav" },
      { name: "language", value: "en-GB" },
      { name: "note", value: "<script>alert(1)</script> \u202Eright to left" },
    ],
    details_erased_at: null,
    import_id: idOf("imp", 4),
    leaf: "9f2c4be1a07d53ce8812f60a9b3d1e7745c0ab91e2d8f3360714c5de92ab80ff",
    leaf_valid: true,
  };
}
