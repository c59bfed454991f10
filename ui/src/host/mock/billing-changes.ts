import type { Change, CreditRequest, InvoiceActRequest, LateRequest, PaymentRequest } from "@/generated/bindings";
import { HostError } from "../error";
import type { BillingChanges, Changing } from "../host";
import { act } from "./changes";
import { amountOf } from "./figures";
import { allInvoices, placeOf } from "./invoices";

const rowOf = (invoiceId: string) => allInvoices()[placeOf(invoiceId)];

const change = (title: string, effects: Change["effects"], warnings: string[] = []): Change => ({
  title,
  effects,
  warnings,
  fingerprint: `f-${title}`,
});

function changing<Request>(
  answer: <T>(work: () => T) => Promise<T>,
  make: (request: Request) => Change,
): Changing<Request> {
  return {
    preview: (request) => answer(() => make(request)),
    act: (request, fingerprint) =>
      answer(() => act(make(request), fingerprint, String((request as { reason?: string }).reason ?? ""))),
  };
}

function invoiceChange({ invoice_id, act: kind }: InvoiceActRequest): Change {
  const row = rowOf(invoice_id);
  const name = row?.number ?? `the draft of ${row?.tenant}`;
  return change(`${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${name}`, [
    { label: "Total", before: row?.total ?? "0", after: row?.total ?? "0", unit: row?.currency ?? "USD" },
    { label: "Status", before: row?.status ?? "", after: kind === "void" ? "void" : "finalized", unit: "" },
  ]);
}

function creditChange({ invoice_id, parts }: CreditRequest): Change {
  const row = rowOf(invoice_id);
  const currency = row?.currency ?? "USD";
  if (parts.some(({ amount }) => Number(amount ?? 0) > Number(row?.net ?? 0)))
    throw new HostError({
      code: "above_creditable",
      message: `No more than ${row?.net} net is left to credit.`,
      field: "parts",
      line: null,
      detail: null,
    });
  const net = parts.reduce((sum, { amount }) => sum + Number(amount ?? 0), 0);
  return change(`Credit note for ${row?.number}`, [
    { label: "Net", before: "0", after: amountOf(net, currency), unit: currency },
    { label: "Tax", before: "0", after: amountOf(net * 0.19, currency), unit: currency },
    { label: "Total", before: "0", after: amountOf(net * 1.19, currency), unit: currency },
  ]);
}

function paymentChange({ invoice_id, amount }: PaymentRequest): Change {
  const row = rowOf(invoice_id);
  const open = Number(row?.open ?? 0);
  const currency = row?.currency ?? "USD";
  return change(
    `Payment of ${row?.number}`,
    [
      {
        label: "Open",
        before: row?.open ?? "0",
        after: amountOf(Math.max(open - Number(amount), 0), currency),
        unit: currency,
      },
    ],
    Number(amount) > open ? ["What exceeds the open amount becomes a prepaid credit."] : [],
  );
}

function lateChange({ ids, decision }: LateRequest): Change {
  const taken = decision !== "refuse";
  return change(`Decide about ${ids.length} late ${ids.length === 1 ? "row" : "rows"}`, [
    { label: "Events in the ledger", before: "1204", after: String(1_204 + (taken ? ids.length : 0)), unit: "events" },
    { label: "Net of that period", before: "118.40", after: taken ? "121.15" : "118.40", unit: "USD" },
  ]);
}

export function billingChanges(answer: <T>(work: () => T) => Promise<T>): BillingChanges {
  const simple = <Request>(title: string) =>
    changing<Request>(answer, () => change(title, [{ label: "Status", before: "open", after: "done", unit: "" }]));
  return {
    invoice: changing(answer, invoiceChange),
    credit: changing(answer, creditChange),
    payment: changing(answer, paymentChange),
    disputeOpen: simple("Open a dispute"),
    disputeNote: simple("Note on the dispute"),
    disputeDecide: simple("Decide the dispute"),
    note: simple("Note about the tenant"),
    account: simple("Change how the tenant is billed"),
    coupon: simple("Give a discount"),
    grant: simple("Grant prepaid credits"),
    planChange: simple("Change the plan"),
    cancel: simple("Cancel the subscription"),
    late: changing(answer, lateChange),
    settings: simple("Change the billing settings"),
  };
}
