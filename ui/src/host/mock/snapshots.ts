import type { Difference, SnapshotAbout, SnapshotWritten } from "@/generated/bindings";
import type { ProgressListener } from "../host";
import { idOf } from "./figures";
import { allTenants } from "./tenants";

export function aboutSnapshot(): SnapshotAbout {
  return {
    format: 1,
    program: "0.1.0",
    ledger_id: idOf("led", 1),
    ledger_name: "billing-eu",
    ledger_environment: "production",
    source: "dana@db.internal:5432/billing",
    as_of: "2026-10-31T17:00:00Z",
    written_by: "dana",
    tenants: allTenants().length,
    events: 1_204_331,
    all_tenants: true,
    from: null,
    to: null,
    fingerprint: "9f2c4e".padEnd(64, "0"),
  };
}

export async function writeSnapshot(onProgress: ProgressListener): Promise<SnapshotWritten> {
  for (let done = 0; done <= 1_200_000; done += 300_000)
    onProgress({ phase: "writing events", done, total: 1_204_331 });
  return { file: "/home/dana/snapshot.chsnapshot", bytes: 412_118_016, about: aboutSnapshot() };
}

/** One tenant used more and pays for it. */
export function mockDifference(): Difference {
  const [first] = allTenants();
  const of = { tenant_id: first?.tenant_id ?? idOf("ten", 1), tenant: first?.name ?? "Nobody" };
  return {
    before: { place: "/home/dana/october.chsnapshot", as_of: "2026-10-31T17:00:00Z", snapshot: true },
    after: { place: "db.internal/billing", as_of: new Date().toISOString(), snapshot: false },
    counts: {
      tenants_compared: allTenants().length,
      tenants_of_one: 0,
      events: 1,
      counters: 1,
      invoices: 0,
      lines: 0,
      statuses: 0,
      problems: 0,
    },
    money: [{ ...of, currency: "USD", before: "29.00", after: "32.50", effect: "3.50" }],
    events: [
      {
        ...of,
        became: "added",
        source: "calls",
        key: "call-77",
        meter: "calls",
        day: "2026-10-30",
        occurred_at: "2026-10-30T09:12:00Z",
        before: null,
        after: "7",
        billable: true,
      },
    ],
    counters: [
      {
        ...of,
        period_id: idOf("per", 1),
        first_day: "2026-10-01",
        meter: "calls",
        events_before: 3,
        events_after: 4,
        before: "1000",
        after: "1007",
      },
    ],
    invoices: [],
    lines: [],
    statuses: [],
    problems: [],
  };
}
