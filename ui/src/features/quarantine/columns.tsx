import type { ColDef, ICellRendererParams } from "ag-grid-community";
import { useMemo } from "react";
import { StatusBadge } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { QuarantineRow } from "@/generated/bindings";

type Cell = ICellRendererParams<QuarantineRow>;

export function useQuarantineColumns(): ColDef<QuarantineRow>[] {
  const format = useFormat();
  return useMemo<ColDef<QuarantineRow>[]>(() => {
    const columns: ColDef<QuarantineRow>[] = [
      {
        headerName: "Reason",
        field: "reason",
        pinned: "left",
        width: 150,
        cellRenderer: ({ data }: Cell) =>
          data && <span data-testid={`quarantine-row-${data.quarantine_id}`}>{wordsOf(data.reason)}</span>,
      },
      { headerName: "What happened", field: "sentence", width: 330, flex: 1, minWidth: 240, tooltipField: "sentence" },
      {
        headerName: "Tenant",
        field: "tenant_name",
        width: 190,
        cellRenderer: ({ data }: Cell) => <bdi>{data?.tenant_name ?? <span className="dim">not known</span>}</bdi>,
      },
      { headerName: "Source", field: "source", width: 124 },
      { headerName: "Key", field: "key", width: 150, cellClass: "mono" },
      { headerName: "Line", field: "line", width: 76, type: "rightAligned" },
      {
        headerName: "Put aside (UTC)",
        field: "received_at",
        width: 170,
        cellRenderer: ({ data }: Cell) => data && format.moment(data.received_at, "UTC"),
      },
      {
        headerName: "State",
        field: "state",
        width: 116,
        cellRenderer: ({ data }: Cell) => data && <StatusBadge status={data.state} />,
      },
    ];
    return columns.map((column) => ({ ...column, sortable: false }));
  }, [format]);
}
