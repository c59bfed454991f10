import type { RunPreview, RunReport, RunRequest, RunRow } from "@/generated/bindings";
import type { ProgressListener } from "../host";
import { idOf } from "./figures";
import { allInvoices, periodOf } from "./invoices";

const MESSAGES: Record<string, string> = {
  brake: "It is 14 times the mean of the last three invoices.",
  approval: "Every invoice of this tenant waits for a person.",
  error: "Its plan has no price for Meeting preps in this currency.",
};

function rowsOf(request: RunRequest): RunRow[] {
  const rank = ["error", "brake", "approval"];
  return allInvoices()
    .slice(0, 34)
    .map((row, place): RunRow => {
      const outcome = place === 9 ? "error" : (row.hold ?? (request.finalize ? "finalize" : "draft"));
      return {
        tenant_id: row.tenant_id,
        tenant: row.tenant,
        plan: row.plan,
        period: row.period ?? periodOf(0),
        outcome,
        message: MESSAGES[outcome] ?? null,
        total: outcome === "error" ? null : row.total,
        currency: row.currency,
      };
    })
    .sort((a, b) => ((rank.indexOf(a.outcome) + 4) % 4) - ((rank.indexOf(b.outcome) + 4) % 4));
}

export function runPreview(request: RunRequest): RunPreview {
  return {
    as_of: new Date().toISOString(),
    until: request.until ?? new Date().toISOString(),
    finalize: request.finalize ? 214 : 0,
    draft: request.finalize ? 12 : 226,
    held: 7,
    failed: 1,
    totals: [
      { currency: "EUR", count: 92, total: "18230.55" },
      { currency: "JPY", count: 11, total: "412300" },
      { currency: "USD", count: 123, total: "31877.10" },
    ],
    rows: rowsOf(request),
  };
}

let cancelled = false;

export function cancelRun(): void {
  cancelled = true;
}

export async function invoiceRun(request: RunRequest, onProgress: ProgressListener, pace: number): Promise<RunReport> {
  cancelled = false;
  const preview = runPreview(request);
  const total = preview.finalize + preview.draft;
  let done = 0;
  for (; done < total && !cancelled; done += 5) {
    onProgress({ phase: request.finalize ? "Finalizing invoices" : "Making drafts", done, total });
    await new Promise((resolve) => setTimeout(resolve, pace));
  }
  return {
    run_id: idOf("run", 1),
    stopped: cancelled,
    finalized: cancelled ? Math.min(done, preview.finalize) : preview.finalize,
    drafted: preview.draft,
    held: preview.held,
    failed: preview.failed,
    totals: preview.totals,
    rows: preview.rows.filter(({ outcome }) => ["error", "brake", "approval"].includes(outcome)),
    elapsed_ms: 840,
  };
}
