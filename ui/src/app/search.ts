// What may stand in an address. Each screen reads its own part; everything else is dropped.

type Raw = Record<string, unknown>;

function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function pick<Name extends string>(raw: Raw, names: readonly Name[]): Partial<Record<Name, string>> {
  const picked: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const text = textOf(raw[name]);
    if (text !== undefined) picked[name] = text;
  }
  return picked;
}

export type RootSearch = { month?: string };

export function rootSearch(raw: Raw): RootSearch {
  const { month } = pick(raw, ["month"]);
  return month && /^\d{4}-\d{2}$/.test(month) ? { month } : {};
}

export const TENANT_FILTERS = ["text", "level", "plan", "family", "status", "currency"] as const;
export type TenantsSearch = Partial<Record<(typeof TENANT_FILTERS)[number], string>>;
export const tenantsSearch = (raw: Raw): TenantsSearch => pick(raw, TENANT_FILTERS);

export type TenantSearch = { tab?: string; days?: string };
export const tenantSearch = (raw: Raw): TenantSearch => pick(raw, ["tab", "days"]);

export const EVENT_FILTERS = [
  "tenant_id",
  "from",
  "to",
  "meter",
  "key",
  "source",
  "user",
  "client",
  "session",
  "resource",
  "classification",
  "billable",
] as const;
export const EVENT_NAME = ["open_tenant", "open_source", "open_key"] as const;
export type UsageSearch = Partial<Record<(typeof EVENT_FILTERS)[number] | (typeof EVENT_NAME)[number], string>>;
export const usageSearch = (raw: Raw): UsageSearch => pick(raw, [...EVENT_FILTERS, ...EVENT_NAME]);

export const AUDIT_FILTERS = ["actor", "action", "tenant_id", "from", "to"] as const;
export type AuditSearch = Partial<Record<(typeof AUDIT_FILTERS)[number], string>>;
export const auditSearch = (raw: Raw): AuditSearch => pick(raw, AUDIT_FILTERS);

export type QuarantineSearch = { view?: string; state?: string; reason?: string; tenant_id?: string };
export const quarantineSearch = (raw: Raw): QuarantineSearch => pick(raw, ["view", "state", "reason", "tenant_id"]);

export const INVOICE_FILTERS = ["number", "status", "tenant_id", "from", "to", "hold", "origin"] as const;
export type InvoicesSearch = Partial<Record<(typeof INVOICE_FILTERS)[number] | "run", string>>;
export const invoicesSearch = (raw: Raw): InvoicesSearch => pick(raw, [...INVOICE_FILTERS, "run"]);

/** `explain` is `total` or a line's number; `step` is `events` below a line; `source` and `key` name one event. */
export const EXPLAIN_PLACE = ["explain", "step", "source", "key"] as const;
export type InvoiceSearch = Partial<Record<(typeof EXPLAIN_PLACE)[number] | "tab", string>>;
export const invoiceSearch = (raw: Raw): InvoiceSearch => pick(raw, ["tab", ...EXPLAIN_PLACE]);

/** Which kind of file is imported. */
export type ImportSearch = { what?: string };
export const importSearch = (raw: Raw): ImportSearch => pick(raw, ["what"]);

export const DISPUTE_FILTERS = ["status", "tenant_id"] as const;
export type DisputesSearch = Partial<Record<(typeof DISPUTE_FILTERS)[number], string>>;
export const disputesSearch = (raw: Raw): DisputesSearch => pick(raw, DISPUTE_FILTERS);
