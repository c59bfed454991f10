import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useAccess } from "@/app/access";
import { useLateRows } from "@/app/queries";
import type { QuarantineSearch } from "@/app/search";
import { EmptyState, Page, PageHeader, QueryView } from "@/components";
import { DataGrid } from "@/components/DataGrid";
import { plural, useFormat } from "@/format";
import type { LateRow } from "@/generated/bindings";
import { useLateColumns } from "./columns";
import { LateDialog } from "./LateDialog";
import { LateDrawer } from "./LateDrawer";
import { LateFilters } from "./LateFilters";

const idOf = ({ quarantine_id }: LateRow) => quarantine_id;

type Props = { search: QuarantineSearch; onChange: (next: QuarantineSearch) => void; onClear: () => void };

/** Rows that can be decided together: waiting ones of one tenant. */
function decidable(rows: readonly LateRow[]): LateRow[] {
  const waiting = rows.filter(({ state }) => state === "waiting");
  const tenant = waiting[0]?.tenant_id;
  return waiting.every(({ tenant_id }) => tenant_id === tenant) ? waiting : [];
}

/** Use that came after its period had closed, each row with the correction that it proposes in events and in money. */
export function LateView({ search, onChange, onClear }: Props) {
  const format = useFormat();
  const { writable, why } = useAccess();
  const columns = useLateColumns();
  const state = search.state ?? "waiting";
  const filter = useMemo(
    () => ({ state: state === "all" ? null : state, tenant_id: search.tenant_id ?? null }),
    [state, search.tenant_id],
  );
  const query = useLateRows(filter);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const asOf = query.data?.pages[0]?.as_of;
  const [selected, setSelected] = useState<LateRow[]>([]);
  const [look, setLook] = useState<LateRow | null>(null);
  const [deciding, setDeciding] = useState<LateRow[]>([]);
  const ready = decidable(selected);
  const mixed = selected.length > 0 && ready.length === 0;
  return (
    <Page layout="fill">
      <PageHeader
        title="Quarantine"
        context={
          asOf &&
          `As of ${format.moment(asOf, "UTC")} UTC · late use: ${plural(rows.length, format.count(rows.length), "row", "rows")} ${query.hasNextPage ? "loaded, more below" : "listed"}`
        }
        actions={
          selected.length > 0 && (
            <Button
              disabled={!writable || mixed}
              title={why ?? (mixed ? "Choose waiting rows of one tenant." : undefined)}
              onClick={() => setDeciding(ready)}
              data-testid="late-decide-open"
            >
              {mixed
                ? "Rows of one tenant at a time"
                : `Decide ${plural(ready.length, format.count(ready.length), "row", "rows")}`}
            </Button>
          )
        }
      />
      <LateFilters search={search} onChange={onChange} onClear={onClear} />
      <QueryView query={query} what="The late use">
        {() =>
          rows.length === 0 ? (
            <EmptyState>
              {state === "waiting" && !search.tenant_id
                ? "Nothing waits. Use that arrives after its period has closed will be here with the correction that it proposes."
                : "No row matches these filters."}
            </EmptyState>
          ) : (
            <DataGrid
              rows={rows}
              columns={columns}
              rowId={idOf}
              label="Late use"
              testId="late-grid"
              selection="many"
              onSelection={setSelected}
              click="look"
              onLook={setLook}
              onNearEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          )
        }
      </QueryView>
      <LateDrawer
        row={look}
        onClose={() => setLook(null)}
        onDecide={(row) => {
          setLook(null);
          setDeciding([row]);
        }}
      />
      <LateDialog rows={deciding} onClose={() => setDeciding([])} />
    </Page>
  );
}
