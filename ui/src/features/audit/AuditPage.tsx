import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useAudit } from "@/app/queries";
import type { AuditSearch } from "@/app/search";
import { EmptyState, ExportMenu, Page, PageHeader, QueryView } from "@/components";
import { DataGrid } from "@/components/DataGrid";
import { useFormat } from "@/format";
import type { AuditRow } from "@/generated/bindings";
import { useHost } from "@/host";
import { AuditDrawer } from "./AuditDrawer";
import { AuditFilters } from "./AuditFilters";
import { useAuditColumns } from "./columns";

const KINDS = [{ kind: "records", label: "Records" }] as const;

const idOf = ({ audit_id }: AuditRow) => audit_id;

/** Who did what, when, why, before and after. */
export function AuditPage() {
  const search: AuditSearch = useSearch({ from: "/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const format = useFormat();
  const columns = useAuditColumns();
  const { actor, action, tenant_id, from, to } = search;
  const filter = useMemo(
    () => ({
      actor: actor ?? null,
      action: action ?? null,
      tenant_id: tenant_id ?? null,
      from: from ?? null,
      to: to ?? null,
    }),
    [actor, action, tenant_id, from, to],
  );
  const host = useHost();
  const query = useAudit(filter);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const first = query.data?.pages[0];
  const [look, setLook] = useState<AuditRow | null>(null);
  const filtered = Boolean(actor || action || tenant_id || from || to);
  return (
    <Page layout="fill">
      <PageHeader
        title="Audit"
        context={
          first &&
          `As of ${format.moment(first.as_of, "UTC")} UTC · ${format.count(rows.length)} records ${query.hasNextPage ? "loaded, more below" : "listed"}`
        }
        actions={<ExportMenu kinds={KINDS} write={(_, as) => host.exportAudit(filter, as)} />}
      />
      <AuditFilters
        search={search}
        actions={first?.actions ?? []}
        actors={first?.actors ?? []}
        onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })}
        onClear={() => void navigate({ search: {}, replace: true })}
      />
      <QueryView query={query} what="The audit log">
        {() =>
          rows.length === 0 ? (
            <EmptyState>
              {filtered ? "No record matches these filters." : "Every change will be here, with who made it and why."}
            </EmptyState>
          ) : (
            <DataGrid
              rows={rows}
              columns={columns}
              rowId={idOf}
              label="Audit log"
              testId="audit-grid"
              click="look"
              onLook={setLook}
              onNearEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          )
        }
      </QueryView>
      <AuditDrawer row={look} onClose={() => setLook(null)} />
    </Page>
  );
}
