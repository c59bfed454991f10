import type { AuditFilter, AuditPage, AuditRow } from "@/generated/bindings";
import { daysAgo, idOf } from "./figures";
import { randomFrom } from "./random";
import { allTenants } from "./tenants";

const ACTIONS = ["entry.act", "import.finish", "override.set", "quarantine.dismiss", "subject.erase"] as const;
const ACTORS = ["dana", "miguel", "night-import"] as const;
const TOTAL = 460;

function rowAt(index: number): AuditRow {
  const random = randomFrom(index + 7_000);
  const action = random.pick(ACTIONS);
  const tenants = allTenants();
  const tenant = action === "import.finish" ? null : tenants[(index * 7) % tenants.length];
  const actor = random.pick(ACTORS);
  return {
    audit_id: idOf("aud", index),
    at: daysAgo(index / 12),
    actor,
    database_user: index > 400 ? null : `${actor.replace("-", "_")}_billing`,
    action,
    tenant_id: tenant?.tenant_id ?? null,
    tenant_name: tenant?.name ?? null,
    subject: idOf(action === "override.set" ? "ovr" : "imp", index),
    reason: action === "import.finish" ? "" : random.pick(["agreed on the phone", "double row of the source", "asked"]),
    fields:
      action === "override.set"
        ? [
            { name: "cap", before: "5000", after: "8000" },
            { name: "included", before: "1000", after: "1000" },
            { name: "valid_to", before: null, after: "2026-12-31T23:00:00Z" },
          ]
        : [{ name: "rows", before: null, after: String(random.pick([3, 41, 1200])) }],
  };
}

export function auditPage(filter: AuditFilter, cursor: string | null): AuditPage {
  const rows = Array.from({ length: TOTAL }, (_, index) => rowAt(index)).filter(
    (row) =>
      (!filter.actor || row.actor === filter.actor) &&
      (!filter.action || row.action === filter.action) &&
      (!filter.tenant_id || row.tenant_id === filter.tenant_id) &&
      (!filter.from || row.at >= filter.from) &&
      (!filter.to || row.at < filter.to),
  );
  const start = cursor ? Number(cursor) : 0;
  return {
    as_of: new Date().toISOString(),
    rows: rows.slice(start, start + 200),
    next: start + 200 < rows.length ? String(start + 200) : null,
    actions: [...ACTIONS],
    actors: [...ACTORS],
  };
}
