import { INVOICE_FILTERS, type InvoicesSearch } from "@/app/search";
import { twelveMonthsBefore } from "@/format";
import type { InvoiceFilter } from "@/generated/bindings";

/** In the address: no beginning at all. An absent one means the last twelve months. */
export const FROM_THE_BEGINNING = "all";

export function isFiltered(search: InvoicesSearch): boolean {
  return INVOICE_FILTERS.some((name) => search[name]);
}

/** The first day of issue that is listed; none for all of them. */
export function firstDay(search: InvoicesSearch, today: string): string | null {
  if (search.from === FROM_THE_BEGINNING) return null;
  return search.from ?? twelveMonthsBefore(today);
}

/** The filter of the list as the address says it. */
export function filterOf(search: InvoicesSearch, today: string): InvoiceFilter {
  return {
    number: search.number ?? null,
    status: search.status ?? null,
    tenant_id: search.tenant_id ?? null,
    from: firstDay(search, today),
    to: search.to ?? null,
    hold: search.hold ?? null,
    origin: search.origin ?? null,
  };
}
