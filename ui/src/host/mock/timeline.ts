import type { TimelineEntry, TimelinePage } from "@/generated/bindings";
import { allInvoices } from "./invoices";
import { findTenant } from "./tenants";

const DAY = 86_400_000;

export function timelineOf(tenantId: string): TimelineEntry[] {
  const currency = findTenant(tenantId)?.currency ?? "USD";
  const invoice = allInvoices().find(({ tenant_id, number }) => tenant_id === tenantId && number);
  const kinds: [string, string, string, string | null][] = [
    ["payment", "Payment received", "SEPA-20261102-0017", "130.90"],
    ["note", "Note", "Prefers e-mail. <i>Ask for Ms Sørensen</i>.", null],
    ["invoice", `Invoice ${invoice?.number ?? "INV-2026-009988"} issued`, "Month end", "130.90"],
    ["alert", "Call time reached 100 %", "crossed by evt-abc", null],
    ["dispute", "Dispute D-57 opened", "We were billed for calls that never connected.", null],
    ["credit_note", "Credit note CN-2026-000012", "Goodwill after the outage", "20.00"],
    ["override", "Included call time raised", "Until the end of the month", null],
    ["plan", "Changed to Professional, version 2", "Agreed in call", null],
    ["audit", "Billing address changed", "", null],
    ["subscription", "Subscription started", "Solo Pro", null],
  ];
  return kinds.map(([kind, title, detail, amount], index) => ({
    at: new Date(Date.now() - (index * 3 + 1) * DAY).toISOString(),
    kind,
    title,
    detail,
    actor: kind === "alert" ? null : "dana",
    amount,
    currency: amount ? currency : null,
    opens: kind === "invoice" ? (invoice?.invoice_id ?? null) : null,
  }));
}

export function timelinePage(tenantId: string, cursor: string | null): TimelinePage {
  return { as_of: new Date().toISOString(), rows: timelineOf(tenantId), next: cursor === null ? "earlier" : null };
}
