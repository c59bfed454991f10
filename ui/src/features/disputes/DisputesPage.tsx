import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useDisputes } from "@/app/queries";
import { DISPUTE_FILTERS, type DisputesSearch } from "@/app/search";
import { EmptyState, FilterRow, FilterSelect, LinkButton, Page, PageHeader, QueryView, SavedViews } from "@/components";
import { DataGrid } from "@/components/DataGrid";
import { plural, useFormat } from "@/format";
import type { DisputeRow } from "@/generated/bindings";
import { TenantFilter } from "../usage/TenantFilter";
import { useDisputeColumns } from "./columns";
import { DisputeLook } from "./DisputeLook";

const idOf = ({ dispute_id }: DisputeRow) => dispute_id;

const STATES = [
  { value: "undecided", label: "Undecided" },
  { value: "open", label: "Open" },
  { value: "waiting", label: "Waits for the tenant" },
  { value: "decided", label: "Decided" },
];

/** Disputes: undecided ones by deadline first. */
export function DisputesPage() {
  const search: DisputesSearch = useSearch({ from: "/disputes" });
  const navigate = useNavigate({ from: "/disputes" });
  const format = useFormat();
  const columns = useDisputeColumns();
  const [look, setLook] = useState<DisputeRow | null>(null);
  const filter = useMemo(
    () => ({ status: search.status ?? null, tenant_id: search.tenant_id ?? null, invoice_id: null }),
    [search.status, search.tenant_id],
  );
  const query = useDisputes(filter);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const asOf = query.data?.pages[0]?.as_of;
  const late = rows.filter(({ is_late }) => is_late).length;
  const active = DISPUTE_FILTERS.some((name) => search[name]);
  const change = (next: DisputesSearch) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const replace = (next: DisputesSearch) => void navigate({ search: next, replace: true });
  return (
    <Page layout="fill">
      <PageHeader
        title="Disputes"
        context={
          asOf &&
          [
            `As of ${format.moment(asOf, "UTC")} UTC`,
            `${plural(rows.length, format.count(rows.length), "case", "cases")}${query.hasNextPage ? " loaded, more below" : ""}`,
            late > 0 && `${format.count(late)} past ${late === 1 ? "its" : "their"} deadline`,
          ]
            .filter(Boolean)
            .join(" · ")
        }
      />
      <FilterRow
        onClear={active ? () => replace({}) : undefined}
        views={<SavedViews page="disputes" current={search} onApply={replace} />}
      >
        <FilterSelect
          label="State"
          options={STATES}
          value={search.status}
          onChange={(status) => change({ status })}
          width={164}
        />
        <TenantFilter value={search.tenant_id} onChange={(tenant_id) => change({ tenant_id })} />
      </FilterRow>
      <QueryView query={query} what="The disputes">
        {() =>
          rows.length === 0 ? (
            active ? (
              <EmptyState>No dispute matches these filters.</EmptyState>
            ) : (
              <EmptyState
                action={
                  <LinkButton to="/invoices" variant="default">
                    Go to invoices
                  </LinkButton>
                }
              >
                Cases will be here once one is opened from an invoice or a tenant.
              </EmptyState>
            )
          ) : (
            <DataGrid
              rows={rows}
              columns={columns}
              rowId={idOf}
              label="Disputes"
              testId="disputes-grid"
              onOpen={({ dispute_id }) =>
                void navigate({ to: "/disputes/$disputeId", params: { disputeId: dispute_id } })
              }
              onLook={setLook}
              onNearEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          )
        }
      </QueryView>
      <DisputeLook row={look} onClose={() => setLook(null)} />
    </Page>
  );
}
