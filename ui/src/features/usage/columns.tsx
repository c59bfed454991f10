import type { ColDef, ICellRendererParams } from "ag-grid-community";
import { useMemo } from "react";
import { When } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { EventRow } from "@/generated/bindings";
import { useMeterName } from "../tenants/meter-name";

type Cell = ICellRendererParams<EventRow>;

/** The columns of the ledger. It comes sorted from the database, page by page, so columns do not sort it again. */
export function useEventColumns(): ColDef<EventRow>[] {
  const format = useFormat();
  const nameOf = useMeterName();
  return useMemo<ColDef<EventRow>[]>(() => {
    const columns: ColDef<EventRow>[] = [
      {
        headerName: "Occurred",
        field: "occurred_at",
        pinned: "left",
        width: 296,
        cellRenderer: ({ data }: Cell) =>
          data && (
            <span data-testid={`event-row-${data.key}`}>
              <When at={data.occurred_at} zone={data.zone} show="second" />
            </span>
          ),
      },
      {
        headerName: "Tenant",
        field: "tenant_name",
        width: 190,
        cellRenderer: ({ data }: Cell) => <bdi>{data?.tenant_name}</bdi>,
      },
      { headerName: "Meter", field: "meter", width: 136, cellRenderer: ({ data }: Cell) => data && nameOf(data.meter) },
      {
        headerName: "Quantity",
        field: "quantity",
        width: 112,
        type: "rightAligned",
        cellRenderer: ({ data }: Cell) =>
          data && (
            <span data-figure={data.quantity} title={format.exactQuantity(data.quantity, data.unit)}>
              {format.quantity(data.quantity, data.unit)}
            </span>
          ),
      },
      {
        headerName: "Billable",
        field: "billable",
        width: 84,
        cellRenderer: ({ data }: Cell) => (data?.billable ? "Yes" : <span className="dim">No</span>),
      },
      {
        headerName: "Classification",
        field: "classification",
        width: 118,
        valueFormatter: ({ value }) => wordsOf(value ?? ""),
      },
      { headerName: "Source", field: "source", width: 126 },
      { headerName: "Key", field: "key", width: 190, cellClass: "mono" },
      { headerName: "Provider", field: "provider", width: 104 },
      {
        headerName: "Cost",
        field: "cost",
        width: 120,
        type: "rightAligned",
        cellRenderer: ({ data }: Cell) => data?.cost && <span data-figure={data.cost}>{format.exact(data.cost)}</span>,
      },
      { headerName: "Cost in", field: "cost_currency", width: 78 },
      {
        headerName: "Received (UTC)",
        field: "received_at",
        width: 170,
        cellRenderer: ({ data }: Cell) => data && format.moment(data.received_at, "UTC"),
      },
      { headerName: "Local day", field: "day", width: 110 },
    ];
    return columns.map((column) => ({ ...column, sortable: false }));
  }, [format, nameOf]);
}
