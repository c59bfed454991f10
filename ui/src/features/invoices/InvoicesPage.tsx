import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useAccess } from "@/app/access";
import { useToday } from "@/app/period";
import { useInvoices } from "@/app/queries";
import type { InvoicesSearch } from "@/app/search";
import { EmptyState, Page, PageHeader, QueryView } from "@/components";
import { DataGrid } from "@/components/DataGrid";
import { plural, useFormat } from "@/format";
import type { InvoicePage, InvoiceRow } from "@/generated/bindings";
import { useInvoiceColumns } from "./columns";
import { filterOf, firstDay, isFiltered } from "./filter";
import { InvoiceExport } from "./InvoiceExport";
import { InvoiceFilters } from "./InvoiceFilters";
import { InvoiceLook } from "./InvoiceLook";
import { InvoiceTotals } from "./InvoiceTotals";
import { RunDialog } from "./RunDialog";

const idOf = ({ invoice_id }: InvoiceRow) => invoice_id;

function useContextLine(first: InvoicePage | undefined, search: InvoicesSearch, today: string): string | undefined {
  const format = useFormat();
  if (!first) return undefined;
  const count = first.totals.reduce((all, { count: some }) => all + some, 0);
  const from = firstDay(search, today);
  return [
    `As of ${format.moment(first.as_of, "UTC")} UTC`,
    plural(count, format.count(count), "invoice", "invoices"),
    from ? `issued from ${format.day(from)} on` : "since the beginning",
  ].join(" · ");
}

/** Invoices, newest first; drafts stand before issued ones. The filters are part of the address. */
export function InvoicesPage() {
  const search: InvoicesSearch = useSearch({ from: "/invoices" });
  const navigate = useNavigate({ from: "/invoices" });
  const { writable, why } = useAccess();
  const columns = useInvoiceColumns();
  const [look, setLook] = useState<InvoiceRow | null>(null);
  const today = useToday();
  const filter = useMemo(() => filterOf(search, today), [search, today]);
  const query = useInvoices(filter);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const first = query.data?.pages[0];
  const context = useContextLine(first, search, today);
  const showRun = (run: string | undefined) => void navigate({ search: (old) => ({ ...old, run }) });
  return (
    <Page layout="fill">
      <PageHeader
        title="Invoices"
        context={context}
        actions={
          <>
            <InvoiceExport filter={filter} />
            <Button
              leftSection={<IconPlayerPlay size={14} />}
              disabled={!writable}
              title={why ?? undefined}
              onClick={() => showRun("1")}
              data-testid="run-open"
            >
              Run invoices
            </Button>
          </>
        }
      />
      <InvoiceFilters
        search={search}
        today={today}
        onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })}
        onReplace={(next) => void navigate({ search: next, replace: true })}
      />
      <QueryView query={query} what="The invoices">
        {() =>
          rows.length === 0 ? (
            <EmptyState
              action={
                !isFiltered(search) && (
                  <Button
                    onClick={() => showRun("1")}
                    disabled={!writable}
                    title={why ?? undefined}
                    data-testid="run-open-empty"
                  >
                    Run invoices
                  </Button>
                )
              }
            >
              {isFiltered(search)
                ? "No invoice matches these filters."
                : "Invoices of the last 12 months will be here after the first run over periods that have ended."}
            </EmptyState>
          ) : (
            <>
              <InvoiceTotals totals={first?.totals ?? []} />
              <DataGrid
                rows={rows}
                columns={columns}
                rowId={idOf}
                label="Invoices"
                testId="invoices-grid"
                onOpen={({ invoice_id }) =>
                  void navigate({ to: "/invoices/$invoiceId", params: { invoiceId: invoice_id } })
                }
                onLook={setLook}
                onNearEnd={() => {
                  if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
                }}
              />
            </>
          )
        }
      </QueryView>
      <InvoiceLook row={look} onClose={() => setLook(null)} />
      <RunDialog opened={search.run !== undefined} onClose={() => showRun(undefined)} />
    </Page>
  );
}
