import { Button } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useAccess } from "@/app/access";
import { useQuarantine } from "@/app/queries";
import type { QuarantineSearch } from "@/app/search";
import { EmptyState, Page, PageHeader, QueryView } from "@/components";
import { DataGrid } from "@/components/DataGrid";
import { useFormat } from "@/format";
import type { QuarantineDecision, QuarantineRow } from "@/generated/bindings";
import { useQuarantineColumns } from "./columns";
import { DecideDialog } from "./DecideDialog";
import { LateView } from "./late/LateView";
import { QuarantineDrawer } from "./QuarantineDrawer";
import { QuarantineFilters } from "./QuarantineFilters";

const idOf = ({ quarantine_id }: QuarantineRow) => quarantine_id;

type Deciding = { decision: QuarantineDecision; rows: QuarantineRow[] };

type ViewProps = { search: QuarantineSearch; onChange: (next: QuarantineSearch) => void; onClear: () => void };

/** What was put aside, and late use with its corrections. */
export function QuarantinePage() {
  const search: QuarantineSearch = useSearch({ from: "/quarantine" });
  const navigate = useNavigate({ from: "/quarantine" });
  const view = {
    search,
    onChange: (next: QuarantineSearch) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true }),
    onClear: () => void navigate({ search: ({ view: kept }) => ({ view: kept }), replace: true }),
  };
  return search.view === "late" ? <LateView {...view} /> : <RowsView {...view} />;
}

/** What was put aside, why, and what to do about it. Waiting rows unless another state is asked for. */
function RowsView({ search, onChange, onClear }: ViewProps) {
  const format = useFormat();
  const { writable, why } = useAccess();
  const columns = useQuarantineColumns();
  const state = search.state ?? "waiting";
  const filter = useMemo(
    () => ({
      state: state === "all" ? null : state,
      reason: search.reason ?? null,
      tenant_id: search.tenant_id ?? null,
    }),
    [state, search.reason, search.tenant_id],
  );
  const query = useQuarantine(filter);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const first = query.data?.pages[0];
  const waiting = first?.reasons.reduce((sum, reason) => sum + reason.waiting, 0) ?? 0;
  const [selected, setSelected] = useState<QuarantineRow[]>([]);
  const [look, setLook] = useState<QuarantineRow | null>(null);
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  const open = selected.filter((row) => row.state === "waiting");
  const decide = (decision: QuarantineDecision, chosen: QuarantineRow[]) => setDeciding({ decision, rows: chosen });

  return (
    <Page layout="fill">
      <PageHeader
        title="Quarantine"
        context={
          first &&
          `As of ${format.moment(first.as_of, "UTC")} UTC · ${format.count(waiting)} waiting · ${format.count(rows.length)} rows ${query.hasNextPage ? "loaded, more below" : "listed"}`
        }
        actions={
          open.length > 0 && (
            <>
              <Button
                variant="default"
                disabled={!writable}
                title={why ?? undefined}
                onClick={() => decide("dismiss", open)}
                data-testid="quarantine-dismiss"
              >
                Dismiss {format.count(open.length)}
              </Button>
              <Button
                disabled={!writable}
                title={why ?? undefined}
                onClick={() => decide("retry", open)}
                data-testid="quarantine-retry"
              >
                Retry {format.count(open.length)}
              </Button>
            </>
          )
        }
      />
      <QuarantineFilters search={search} reasons={first?.reasons ?? []} onChange={onChange} onClear={onClear} />
      <QueryView query={query} what="The quarantine">
        {() =>
          rows.length === 0 ? (
            <EmptyState>
              {state === "waiting" && !search.reason && !search.tenant_id
                ? "Nothing waits. Rows that were refused, late or in conflict will be here."
                : "No row matches these filters."}
            </EmptyState>
          ) : (
            <DataGrid
              rows={rows}
              columns={columns}
              rowId={idOf}
              label="Quarantine"
              testId="quarantine-grid"
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
      <QuarantineDrawer
        row={look}
        onClose={() => setLook(null)}
        onDecide={(decision, row) => {
          setLook(null);
          decide(decision, [row]);
        }}
      />
      <DecideDialog deciding={deciding} onClose={() => setDeciding(null)} />
    </Page>
  );
}
