import { EVENT_FILTERS, type UsageSearch } from "@/app/search";
import type { EventFilter } from "@/generated/bindings";

export function isFiltered(search: UsageSearch): boolean {
  return EVENT_FILTERS.some((name) => search[name]);
}

/** The filter of the ledger as the address says it. */
export function filterOf(search: UsageSearch): EventFilter {
  const { billable } = search;
  return {
    tenant_id: search.tenant_id ?? null,
    from: search.from ?? null,
    to: search.to ?? null,
    meter: search.meter ?? null,
    key: search.key ?? null,
    source: search.source ?? null,
    user: search.user ?? null,
    client: search.client ?? null,
    session: search.session ?? null,
    resource: search.resource ?? null,
    classification: search.classification ?? null,
    billable: billable === undefined ? null : billable === "true",
  };
}
