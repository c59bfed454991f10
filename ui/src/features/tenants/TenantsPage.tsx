import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState } from "react";
import { usePeriod } from "@/app/period";
import { useTenants } from "@/app/queries";
import type { TenantsSearch } from "@/app/search";
import { EmptyState, Page, PageHeader, QueryView } from "@/components";
import { DataGrid } from "@/components/DataGrid";
import { useFormat } from "@/format";
import type { TenantRow } from "@/generated/bindings";
import { ImportLink } from "../import/ImportLink";
import { useTenantColumns } from "./columns";
import { filterTenants } from "./filter";
import { QuickLook } from "./QuickLook";
import { TenantFilters } from "./TenantFilters";

const idOf = ({ tenant_id }: TenantRow) => tenant_id;
const NO_ROWS: TenantRow[] = [];

/** All tenants at one point in time. Reference for a page of many things. */
export function TenantsPage() {
  const { at, month } = usePeriod();
  const query = useTenants(at);
  const search: TenantsSearch = useSearch({ from: "/tenants" });
  const navigate = useNavigate({ from: "/tenants" });
  const format = useFormat();
  const columns = useTenantColumns();
  const [look, setLook] = useState<TenantRow | null>(null);

  const all = query.data?.rows ?? NO_ROWS;
  const wanted = useDeferredValue(search);
  const rows = useMemo(() => filterTenants(all, wanted), [all, wanted]);
  const { data } = query;
  const cut = data && data.total > data.rows.length ? `, the first ${format.count(data.rows.length)} are listed` : "";

  return (
    <Page layout="fill">
      <PageHeader
        title="Tenants"
        context={
          data &&
          `${month ? `End of ${format.month(month)}, read` : "As of"} ${format.moment(data.as_of, "UTC")} UTC · ${format.count(rows.length)} of ${format.count(data.total)}${cut}`
        }
      />
      <TenantFilters
        rows={all}
        search={search}
        onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })}
        onReplace={(next) => void navigate({ search: next, replace: true })}
      />
      <QueryView query={query} what="The tenants">
        {({ rows: everyone }) => {
          if (everyone.length === 0) {
            return (
              <EmptyState action={<ImportLink />}>
                Tenants and their use will be here after the first import.
              </EmptyState>
            );
          }
          if (rows.length === 0) return <EmptyState>No tenant matches these filters.</EmptyState>;
          return (
            <DataGrid
              rows={rows}
              columns={columns}
              rowId={idOf}
              label="Tenants"
              testId="tenants-grid"
              onOpen={({ tenant_id }) => void navigate({ to: "/tenants/$tenantId", params: { tenantId: tenant_id } })}
              onLook={setLook}
            />
          );
        }}
      </QueryView>
      <QuickLook row={look} onClose={() => setLook(null)} />
    </Page>
  );
}
