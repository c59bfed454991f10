import type { DisputeFilter, DisputePage, DisputeRow, DisputeView } from "@/generated/bindings";
import { recentOf } from "./events";
import { amountOf, dayText, idOf } from "./figures";
import { linesOf } from "./invoice-lines";
import { allInvoices, periodOf, placeOf, tenantOf } from "./invoices";
import { timelineOf } from "./timeline";

const DAY = 86_400_000;
const TOTAL = 40;
const CLAIMS = [
  "We were billed for calls that never connected.",
  "The overage is twice what our own logs say. We attach the logs and ask for the difference.",
  "An export job ran in a loop after your outage on the 12th; we did not start it.",
  "A credit that was promised on the phone has not arrived. <b>Please</b> look into it.",
];

function disputeAt(index: number): DisputeRow {
  const invoice = allInvoices()[40 + index * 3] as ReturnType<typeof allInvoices>[number];
  const status = index < 9 ? "open" : index < 14 ? "waiting" : "decided";
  const deadline = Date.now() + (index - 3) * 2 * DAY;
  const decided = status === "decided";
  return {
    dispute_id: idOf("dsp", index),
    number: `D-${60 - index}`,
    tenant_id: invoice.tenant_id,
    tenant: invoice.tenant,
    invoice_id: invoice.invoice_id,
    invoice_number: invoice.number,
    status,
    claim: CLAIMS[index % CLAIMS.length] as string,
    claimed: index % 5 === 4 ? null : amountOf(20 + index * 7, invoice.currency),
    currency: invoice.currency,
    deadline: index % 7 === 6 ? null : dayText(deadline),
    is_late: !decided && index % 7 !== 6 && deadline < Date.now() - DAY,
    opened_at: new Date(Date.now() - (index + 1) * DAY).toISOString(),
    opened_by: "sam",
    decision: decided ? (["reject", "credit", "correct"][index % 3] as string) : null,
    decided_at: decided ? new Date(Date.now() - index * 3_600_000).toISOString() : null,
  };
}

let known: DisputeRow[] | undefined;

export function allDisputes(): DisputeRow[] {
  known ??= Array.from({ length: TOTAL }, (_, index) => disputeAt(index));
  return known;
}

export function disputePage(filter: DisputeFilter): DisputePage {
  const rows = allDisputes().filter(
    ({ status, tenant_id, invoice_id }) =>
      (!filter.status || (filter.status === "undecided" ? status !== "decided" : status === filter.status)) &&
      (!filter.tenant_id || tenant_id === filter.tenant_id) &&
      (!filter.invoice_id || invoice_id === filter.invoice_id),
  );
  return { as_of: new Date().toISOString(), rows, next: null };
}

export function disputeView(disputeId: string): DisputeView | undefined {
  const row = allDisputes().find(({ dispute_id }) => dispute_id === disputeId);
  if (!row) return undefined;
  const index = placeOf(row.invoice_id ?? "");
  const line = index < 0 ? undefined : linesOf(index, tenantOf(index), periodOf(index))[1];
  const event = recentOf(row.tenant_id, 1)[0] ?? null;
  return {
    as_of: new Date().toISOString(),
    row,
    items: [
      {
        no: 1,
        line_no: line?.no ?? null,
        line: line?.description ?? null,
        amount: line?.amount ?? null,
        event: null,
        note: "Twice what they count",
      },
      { no: 2, line_no: null, line: null, amount: null, event, note: "Not theirs" },
    ],
    notes: [
      { at: row.opened_at, actor: "sam", text: "Called. They have logs of their own and will send them." },
      {
        at: new Date(Date.parse(row.opened_at) + 7_200_000).toISOString(),
        actor: "dana",
        text: "Asked the gateway team for the call records of these days.",
      },
    ],
    decision_reason: row.decision ? "Their logs and our ledger agree after all." : null,
    decided_by: row.decision ? "dana" : null,
    credit_note_id: row.decision === "credit" ? idOf("crn", 1) : null,
    credit_note_number: row.decision === "credit" ? "CN-2026-000012" : null,
    timeline: timelineOf(row.tenant_id).slice(3, 6),
  };
}
