import { useNavigate, useSearch } from "@tanstack/react-router";
import type { InvoiceSearch } from "@/app/search";

export type Place = Pick<InvoiceSearch, "explain" | "step" | "source" | "key">;

/** Where in an explanation a person is: the total, a line, the use behind it, one event. It is part of the address. */
export function useExplainPlace() {
  const { explain, step, source, key }: InvoiceSearch = useSearch({ from: "/invoices/$invoiceId" });
  const navigate = useNavigate({ from: "/invoices/$invoiceId" });
  const go = (place: Place) =>
    void navigate({
      search: (old) => ({
        ...old,
        explain: place.explain,
        step: place.step,
        source: place.source,
        key: place.key,
      }),
    });
  return { place: { explain, step, source, key }, open: go, close: () => go({}) };
}
