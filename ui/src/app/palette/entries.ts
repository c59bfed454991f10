import { type Icon, IconBuildingStore, IconFileInvoice, IconReceipt } from "@tabler/icons-react";
import type { Formatter } from "@/format";
import { wordsOf } from "@/format";
import type { SearchHit } from "@/generated/bindings";

export type PaletteEntry = {
  id: string;
  kind: "tenant" | "invoice" | "event" | "screen" | "recent";
  label: string;
  detail: string;
  to: string;
  icon: Icon;
};

/** The address of one event in the ledger. */
export function eventAddress(tenantId: string, source: string, key: string): string {
  const search = new URLSearchParams({
    open_tenant: JSON.stringify(tenantId),
    open_source: JSON.stringify(source),
    open_key: JSON.stringify(key),
  });
  return `/usage?${search}`;
}

export function entryOf(hit: SearchHit, format: Formatter): PaletteEntry {
  if (hit.kind === "tenant") {
    return {
      id: `hit-${hit.tenant_id}`,
      kind: "tenant",
      label: hit.name,
      detail: [hit.detail, wordsOf(hit.status)].filter(Boolean).join(" · "),
      to: `/tenants/${encodeURIComponent(hit.tenant_id)}`,
      icon: IconBuildingStore,
    };
  }
  if (hit.kind === "invoice") {
    return {
      id: `hit-${hit.invoice_id}`,
      kind: "invoice",
      label: hit.number,
      detail: [hit.tenant_name, format.money(hit.total, hit.currency), wordsOf(hit.status)].join(" · "),
      to: `/invoices/${encodeURIComponent(hit.invoice_id)}`,
      icon: IconFileInvoice,
    };
  }
  return {
    id: `hit-${hit.source}-${hit.key}`,
    kind: "event",
    label: hit.key,
    detail: `${hit.tenant_name} · ${hit.source} · ${format.minute(hit.occurred_at, "UTC")} UTC`,
    to: eventAddress(hit.tenant_id, hit.source, hit.key),
    icon: IconReceipt,
  };
}
