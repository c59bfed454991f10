import type { QuarantineFilter, QuarantinePage, QuarantineRow } from "@/generated/bindings";
import { daysAgo, idOf } from "./figures";
import { randomFrom } from "./random";
import { allTenants } from "./tenants";

const REASONS = [
  ["too_late", "The event is 41 days late; 35 days are allowed.", "Import it with backfill, or dismiss it."],
  ["no_subscription", "The tenant had no active subscription at that time.", "Add the subscription, then retry."],
  ["conflict", "The key is known with another quantity.", "Compare both, then give the row a new key or dismiss it."],
  ["below_zero", "The event takes the level below zero.", "Import the missing earlier events first, then retry."],
  ["in_future", "The event lies 9 minutes in the future.", "Check the clock of the sender, then retry."],
  ["malformed", "The quantity “12,5” is no number.", "Correct the line in the put-aside file and import it again."],
] as const;

const decided = new Map<string, { state: string; reason: string }>();
const TOTAL = 431;

function rowAt(index: number): QuarantineRow {
  const random = randomFrom(index + 1_000);
  const [reason, sentence, advice] = random.pick(REASONS);
  const tenants = allTenants();
  const tenant = tenants[(index * 13) % tenants.length] as (typeof tenants)[number];
  const id = idOf("qua", index);
  const decision = decided.get(id);
  return {
    quarantine_id: id,
    tenant_id: reason === "malformed" ? null : tenant.tenant_id,
    tenant_name: tenant.name,
    source: random.pick(["usage-events", "usage-logs"]),
    key: reason === "malformed" ? null : `evt-${index}-q`,
    line: 2 + index * 3,
    reason,
    sentence,
    advice,
    received_at: daysAgo(index / 40),
    state: decision?.state ?? "waiting",
    fields: [
      { name: "tenant", value: tenant.name },
      { name: "meter", value: "inbox" },
      { name: "quantity", value: reason === "malformed" ? "12,5" : "3" },
      { name: "occurred_at", value: daysAgo(41) },
    ],
    decided_by: decision ? "dana" : null,
    decision_reason: decision?.reason ?? null,
  };
}

export function quarantinePage(filter: QuarantineFilter, cursor: string | null): QuarantinePage {
  const all = Array.from({ length: TOTAL }, (_, index) => rowAt(index));
  const rows = all.filter(
    (row) =>
      (!filter.state || row.state === filter.state) &&
      (!filter.reason || row.reason === filter.reason) &&
      (!filter.tenant_id || row.tenant_id === filter.tenant_id),
  );
  const start = cursor ? Number(cursor) : 0;
  const waiting = all.filter(({ state }) => state === "waiting");
  return {
    as_of: new Date().toISOString(),
    rows: rows.slice(start, start + 200),
    next: start + 200 < rows.length ? String(start + 200) : null,
    reasons: REASONS.map(([reason]) => ({
      reason,
      waiting: waiting.filter((row) => row.reason === reason).length,
    })).filter(({ waiting: count }) => count > 0),
  };
}

export function decide(ids: readonly string[], decision: "retry" | "dismiss", reason: string): number {
  for (const id of ids) decided.set(id, { state: decision === "retry" ? "accepted" : "dismissed", reason });
  return ids.length;
}
