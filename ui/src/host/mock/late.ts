import type { LateFilter, LatePage, LateRow } from "@/generated/bindings";
import { amountOf, daysAgo, idOf } from "./figures";
import { allInvoices } from "./invoices";
import { randomFrom } from "./random";

const TOTAL = 64;

function lateAt(index: number): LateRow {
  const random = randomFrom(index + 5_000);
  const invoice = allInvoices()[60 + Math.floor(index / 3) * 4] as ReturnType<typeof allInvoices>[number];
  const back = index % 8 === 5;
  const quantity = (back ? -1 : 1) * (1 + random.integer(400));
  return {
    quarantine_id: idOf("qua", 9_000 + index),
    tenant_id: invoice.tenant_id,
    tenant: invoice.tenant,
    source: "usage-events",
    key: `evt-${index}-late`,
    meter: "inbox",
    quantity: String(quantity),
    unit: "email",
    classification: back ? "correction" : "original",
    occurred_at: daysAgo(30 + index / 9),
    received_at: daysAgo(index / 12),
    state: index > 50 ? (index % 2 ? "accepted" : "dismissed") : "waiting",
    sentence: "Its period had closed when it arrived.",
    period: invoice.period,
    invoice_id: invoice.invoice_id,
    invoice_number: invoice.number,
    amount: index % 11 === 7 ? null : amountOf(quantity * 0.0125, invoice.currency),
    currency: invoice.currency,
    refused: index % 11 === 7 ? "The invoice of that period is void; nothing can be corrected." : null,
    decided_by: index > 50 ? "dana" : null,
    decision_reason: index > 50 ? "Agreed with the tenant" : null,
  };
}

export function latePage(filter: LateFilter): LatePage {
  const rows = Array.from({ length: TOTAL }, (_, index) => lateAt(index)).filter(
    ({ state, tenant_id }) =>
      (!filter.state || state === filter.state) && (!filter.tenant_id || tenant_id === filter.tenant_id),
  );
  return { as_of: new Date().toISOString(), rows, next: null };
}
