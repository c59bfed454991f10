import type { ColDef, ICellRendererParams } from "ag-grid-community";
import { useMemo } from "react";
import { useFormat } from "@/format";
import type { AuditRow } from "@/generated/bindings";

type Cell = ICellRendererParams<AuditRow>;

export function useAuditColumns(): ColDef<AuditRow>[] {
  const format = useFormat();
  return useMemo<ColDef<AuditRow>[]>(() => {
    const columns: ColDef<AuditRow>[] = [
      {
        headerName: "When (UTC)",
        field: "at",
        pinned: "left",
        width: 156,
        cellRenderer: ({ data }: Cell) =>
          data && <span data-testid={`audit-row-${data.audit_id}`}>{format.moment(data.at, "UTC")}</span>,
      },
      { headerName: "Who", field: "actor", width: 112, cellRenderer: ({ data }: Cell) => <bdi>{data?.actor}</bdi> },
      {
        headerName: "Login",
        field: "database_user",
        width: 112,
        cellRenderer: ({ data }: Cell) => <bdi>{data?.database_user ?? <span className="dim">none</span>}</bdi>,
      },
      { headerName: "Action", field: "action", width: 140, cellClass: "mono" },
      {
        headerName: "Tenant",
        field: "tenant_name",
        width: 164,
        cellRenderer: ({ data }: Cell) => <bdi>{data?.tenant_name ?? <span className="dim">the company</span>}</bdi>,
      },
      { headerName: "About", field: "subject", width: 130, cellClass: "mono" },
      {
        headerName: "Reason",
        field: "reason",
        flex: 1,
        minWidth: 160,
        tooltipField: "reason",
        cellRenderer: ({ data }: Cell) => <bdi>{data?.reason}</bdi>,
      },
    ];
    return columns.map((column) => ({ ...column, sortable: false }));
  }, [format]);
}
