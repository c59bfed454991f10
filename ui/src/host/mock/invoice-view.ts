import type {
  CreditNoteRow,
  ExplainedLine,
  Explanation,
  InvoiceLine,
  InvoiceRow,
  InvoiceSince,
  InvoiceView,
  LineEvents,
  PaymentRow,
  TimelineEntry,
} from "@/generated/bindings";
import { allDisputes } from "./disputes";
import { recentOf } from "./events";
import { amountOf, idOf } from "./figures";
import { linesOf } from "./invoice-lines";
import { allInvoices, periodOf, placeOf, tenantOf } from "./invoices";
import { findTenant } from "./tenants";

const DAY = 86_400_000;
const EVENTS = 420;
const EVENT_PAGE = 100;

function timelineOf(row: InvoiceRow): TimelineEntry[] {
  const end = Date.parse(`${row.period?.to ?? row.issue_day}T00:00:00Z`);
  const issued = row.issue_day ? Date.parse(`${row.issue_day}T08:12:40Z`) : end;
  const entry = (
    at: number,
    kind: string,
    title: string,
    detail = "",
    amount: string | null = null,
  ): TimelineEntry => ({
    at: new Date(at).toISOString(),
    kind,
    title,
    detail,
    actor: "dana",
    amount,
    currency: amount === null ? null : row.currency,
    opens: null,
  });
  const made = entry(end + 3_600_000, "invoice", "Draft made", "Run of the month");
  if (!row.number)
    return row.status === "approved"
      ? [entry(end + 9 * 3_600_000, "audit", "Approved", "Checked with sales"), made]
      : [made];
  const entries = [entry(issued, "invoice", `Finalized as ${row.number}`, "Month end", row.total), made];
  if (Number(row.credited) > 0)
    entries.unshift(entry(issued + 2 * DAY, "credit_note", "Credit note CN-2026-000012", "Goodwill", row.credited));
  if (Number(row.paid) > 0)
    entries.unshift(entry(issued + 3 * DAY, "payment", "Payment received", "SEPA-20261102-0017", row.paid));
  return entries;
}

function paymentsOf(row: InvoiceRow): PaymentRow[] {
  if (Number(row.paid) === 0) return [];
  return [
    {
      payment_id: idOf("pay", 3),
      tenant_id: row.tenant_id,
      tenant: row.tenant,
      invoice_id: row.invoice_id,
      invoice_number: row.number,
      received_at: new Date(Date.now() - 4 * DAY).toISOString(),
      method: "bank",
      reference: "SEPA-20261102-0017",
      amount: row.paid,
      applied: row.paid,
      currency: row.currency,
      actor: "dana",
      note: "From the statement of 20 November",
    },
  ];
}

function creditNotesOf(row: InvoiceRow): CreditNoteRow[] {
  if (Number(row.credited) === 0) return [];
  const net = Number(row.credited) / 1.19;
  return [
    {
      credit_note_id: idOf("crn", 1),
      number: "CN-2026-000012",
      tenant_id: row.tenant_id,
      tenant: row.tenant,
      origin: "billed",
      invoice_id: row.invoice_id,
      invoice_number: row.number,
      dispute_id: null,
      issue_day: row.issue_day ?? "",
      currency: row.currency,
      net: amountOf(net, row.currency),
      tax: amountOf(Number(row.credited) - net, row.currency),
      total: row.credited,
      reason: "Goodwill after the outage of the 12th",
      actor: "dana",
    },
  ];
}

function actionsOf(row: InvoiceRow): InvoiceView["actions"] {
  const draft = row.number === null;
  const ended = row.status === "void" ? "It is void." : null;
  const settled = Number(row.paid) > 0 ? "A payment was received for it. Give a credit note instead." : null;
  const isDraft = draft ? "It is still a draft. Finalize it first." : null;
  const imported = row.origin === "imported" ? "It was imported and is not ours to change." : null;
  const waits = row.hold ? null : "It does not wait for a person.";
  return [
    { action: "approve", refused: draft ? waits : "It is finalized already." },
    {
      action: "finalize",
      refused: draft ? (row.hold ? "It waits for a person. Approve it first." : null) : "It is finalized already.",
    },
    { action: "void", refused: imported ?? isDraft ?? ended ?? settled },
    { action: "reissue", refused: imported ?? isDraft ?? ended ?? settled },
    {
      action: "uncollectible",
      refused: imported ?? isDraft ?? ended ?? (row.status === "paid" ? "It is paid." : null),
    },
    { action: "credit", refused: imported ?? isDraft ?? ended },
    { action: "pay", refused: imported ?? isDraft ?? ended ?? (Number(row.open) === 0 ? "Nothing is open." : null) },
    { action: "dispute", refused: isDraft },
  ];
}

export function invoiceView(wanted: string): InvoiceView | undefined {
  const index = placeOf(wanted);
  const row = allInvoices()[index];
  if (!row) return undefined;
  const tenant = findTenant(row.tenant_id);
  return {
    as_of: new Date().toISOString(),
    row,
    zone: tenant?.zone ?? "UTC",
    seller: {
      name: "Meridian Metering Ltd",
      address: ["4 Wharf Road", "London N1 7GR"],
      country: "GB",
      tax_id: "GB 123 4567 89",
      email: "billing@meridian.example",
    },
    buyer: { name: row.tenant, address: ["12 High Street", "Springfield"], country: "US", tax_id: null, email: null },
    lines: linesOf(index, tenantOf(index), periodOf(index)),
    taxes: [{ percent: "19", net: row.net, amount: row.tax }],
    settled: [],
    tax_note: null,
    note: "Questions about a line? Reply to this invoice and name its number.",
    replaces: index % 97 === 40 ? (allInvoices()[index + PER_VOID]?.number ?? null) : null,
    replaced_by: null,
    hash: row.number ? "9f2c1a77b0e34d5f8a6b7c1d2e3f40516273849506172839a4b5c6d7e8f90123" : null,
    hash_fits: true,
    payments: paymentsOf(row),
    credit_notes: creditNotesOf(row),
    disputes: allDisputes().filter(({ invoice_id }) => invoice_id === row.invoice_id),
    timeline: timelineOf(row),
    actions: actionsOf(row),
  };
}

/** How far the voided invoice lies that a reissued one stands for. */
const PER_VOID = 60;

/** Some lines no longer agree with the ledger, so that a residue can be seen. */
function explained(line: InvoiceLine, index: number, tenantId: string, currency: string): ExplainedLine {
  const off = line.kind === "usage" && index % 13 === 1 && line.no === 2 ? 0.25 : 0;
  return {
    ...line,
    recomputed: amountOf(Number(line.amount) + off, currency),
    residue: amountOf(off, currency),
    counter: line.meter
      ? {
          place: "period",
          counter: line.used ?? "0",
          ledger: String(Number(line.used ?? "0") + off * 80),
          used: line.used ?? "0",
          events: EVENTS,
          free: 12,
          corrections: 2,
          late: line.kind === "late" ? EVENTS : 0,
          duplicates: 4,
        }
      : null,
    events: line.meter ? recentOf(tenantId, EVENT_PAGE) : [],
    next: line.meter ? String(EVENT_PAGE) : null,
  };
}

export function explanation(wanted: string, line: number | null): Explanation | undefined {
  const view = invoiceView(wanted);
  if (!view) return undefined;
  const { row } = view;
  const index = placeOf(wanted);
  const all = view.lines.map((one) => explained(one, index, row.tenant_id, row.currency));
  const residue = all.reduce((sum, one) => sum + Number(one.residue), 0);
  return {
    as_of: new Date().toISOString(),
    invoice_id: row.invoice_id,
    number: row.number,
    tenant_id: row.tenant_id,
    tenant: row.tenant,
    zone: view.zone,
    currency: row.currency,
    rule_version: 1,
    hash: view.hash,
    total: row.total,
    recomputed: amountOf(Number(row.total) + residue, row.currency),
    residue: amountOf(residue, row.currency),
    lines: all.filter(({ no }) => line === null || no === line),
    taxes: view.taxes,
  };
}

export function lineEvents(wanted: string, cursor: string | null): LineEvents {
  const row = allInvoices()[placeOf(wanted)];
  const from = Number(cursor ?? 0);
  const rows = row ? recentOf(row.tenant_id, EVENTS).slice(from, from + EVENT_PAGE) : [];
  return { rows, next: from + EVENT_PAGE < EVENTS ? String(from + EVENT_PAGE) : null };
}

/** One event came late, and is billed with the next period. */
export function invoiceSince(wanted: string): InvoiceSince | undefined {
  const view = invoiceView(wanted);
  const number = view?.row.number;
  if (!view || !number) return undefined;
  const { row, timeline } = view;
  const zero = amountOf(0, row.currency);
  const happened = timeline.filter(({ kind }) => kind === "payment");
  return {
    as_of: new Date().toISOString(),
    invoice_id: row.invoice_id,
    number,
    tenant_id: row.tenant_id,
    tenant: row.tenant,
    currency: row.currency,
    issued_at: `${row.issue_day}T08:12:40Z`,
    issued: row.total,
    today: row.total,
    difference: zero,
    billed_later: amountOf(3.5, row.currency),
    credited: row.credited,
    counts: { events: 1, lines: 0, later: 1, happened: happened.length },
    events: [
      {
        source: "calls",
        key: "call-late",
        meter: "calls",
        unit: "calls",
        adds: "7",
        billable: true,
        day: row.period?.from ?? "2026-10-01",
        occurred_at: `${row.period?.from ?? "2026-10-01"}T09:00:00Z`,
        received_at: new Date().toISOString(),
        billed: "later",
      },
    ],
    lines: [],
    later: [
      {
        invoice_id: null,
        number: null,
        first_day: row.period?.to ?? "2026-11-01",
        description: "Late use: calls",
        amount: amountOf(3.5, row.currency),
      },
    ],
    happened,
  };
}
