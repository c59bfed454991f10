import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { type EventName, useEvents } from "@/app/queries";
import type { UsageSearch } from "@/app/search";
import { EmptyState, Page, PageHeader, QueryView } from "@/components";
import { DataGrid } from "@/components/DataGrid";
import { plural, useFormat } from "@/format";
import type { EventRow } from "@/generated/bindings";
import { ImportLink } from "../import/ImportLink";
import { useEventColumns } from "./columns";
import { EventDrawer } from "./EventDrawer";
import { filterOf, isFiltered } from "./filter";
import { UsageFilters } from "./UsageFilters";

const idOf = ({ tenant_id, source, key }: EventRow) => `${tenant_id}|${source}|${key}`;

function openedEvent({ open_tenant, open_source, open_key }: UsageSearch): EventName | null {
  return open_tenant && open_source && open_key ? { tenantId: open_tenant, source: open_source, key: open_key } : null;
}

/** The ledger, newest first. The filters and the opened event are part of the address. */
export function UsagePage() {
  const search: UsageSearch = useSearch({ from: "/usage" });
  const navigate = useNavigate({ from: "/usage" });
  const format = useFormat();
  const columns = useEventColumns();
  const filter = useMemo(() => filterOf(search), [search]);
  const query = useEvents(filter);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const asOf = query.data?.pages[0]?.as_of;
  const opened = useMemo(() => openedEvent(search), [search]);
  const change = (next: UsageSearch) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const open = (event: EventName | null) =>
    void navigate({
      search: (old) => ({ ...old, open_tenant: event?.tenantId, open_source: event?.source, open_key: event?.key }),
    });
  const loaded = plural(rows.length, format.count(rows.length), "event", "events");
  return (
    <Page layout="fill">
      <PageHeader
        title="Usage"
        context={
          asOf &&
          `As of ${format.moment(asOf, "UTC")} UTC · ${loaded} ${query.hasNextPage ? "loaded, more below" : "in all"}${isFiltered(search) ? " · filtered" : ""}`
        }
      />
      <UsageFilters
        search={search}
        onChange={change}
        onReplace={(next) => void navigate({ search: next, replace: true })}
      />
      <QueryView query={query} what="The ledger">
        {() =>
          rows.length === 0 ? (
            isFiltered(search) ? (
              <EmptyState>No event matches these filters.</EmptyState>
            ) : (
              <EmptyState action={<ImportLink />}>Every accepted event will be here after the first import.</EmptyState>
            )
          ) : (
            <DataGrid
              rows={rows}
              columns={columns}
              rowId={idOf}
              label="Usage events"
              testId="usage-grid"
              click="look"
              onLook={({ tenant_id, source, key }) => open({ tenantId: tenant_id, source, key })}
              onNearEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          )
        }
      </QueryView>
      <EventDrawer name={opened} onClose={() => open(null)} onOpen={open} />
    </Page>
  );
}
