import type { ColDef, ICellRendererParams } from "ag-grid-community";
import { useMemo } from "react";
import { InvoiceLink, StatusBadge } from "@/components";
import { useFormat } from "@/format";
import type { LateRow } from "@/generated/bindings";
import { useMeterName } from "../../tenants/meter-name";

type Cell = ICellRendererParams<LateRow>;

/** The columns of late use. It comes sorted from the database. */
export function useLateColumns(): ColDef<LateRow>[] {
  const format = useFormat();
  const nameOf = useMeterName();
  return useMemo<ColDef<LateRow>[]>(() => {
    const columns: ColDef<LateRow>[] = [
      {
        headerName: "Tenant",
        field: "tenant",
        pinned: "left",
        width: 200,
        cellRenderer: ({ data }: Cell) =>
          data && (
            <bdi data-testid={`late-row-${data.quarantine_id}`}>
              {data.tenant ?? <span className="dim">not known</span>}
            </bdi>
          ),
      },
      {
        headerName: "Meter",
        field: "meter",
        width: 140,
        cellRenderer: ({ data }: Cell) => data?.meter && nameOf(data.meter),
      },
      {
        headerName: "Quantity",
        field: "quantity",
        width: 112,
        type: "rightAligned",
        cellRenderer: ({ data }: Cell) =>
          data?.quantity && (
            <span data-figure={data.quantity} title={format.exactQuantity(data.quantity, data.unit ?? "")}>
              {format.quantity(data.quantity, data.unit ?? "")}
            </span>
          ),
      },
      {
        headerName: "Of period",
        width: 150,
        valueGetter: ({ data }) => data?.period && `${data.period.from} - ${data.period.to}`,
        cellRenderer: ({ data }: Cell) => data?.period && format.span(data.period),
      },
      {
        headerName: "Invoiced on",
        field: "invoice_number",
        width: 146,
        cellRenderer: ({ data }: Cell) =>
          data?.invoice_id && <InvoiceLink invoiceId={data.invoice_id} number={data.invoice_number} />,
      },
      {
        headerName: "Proposed, net",
        field: "amount",
        width: 150,
        type: "rightAligned",
        cellRenderer: ({ data }: Cell) => {
          if (!data) return null;
          if (data.amount === null || data.currency === null)
            return <span className="dim">{data.refused ? "no proposal" : "none"}</span>;
          return <strong data-figure={data.amount}>{format.money(data.amount, data.currency)}</strong>;
        },
      },
      {
        headerName: "State",
        field: "state",
        width: 116,
        cellRenderer: ({ data }: Cell) => data && <StatusBadge status={data.state} />,
      },
      {
        headerName: "Occurred (UTC)",
        field: "occurred_at",
        width: 170,
        cellRenderer: ({ data }: Cell) => data?.occurred_at && format.moment(data.occurred_at, "UTC"),
      },
      {
        headerName: "Arrived (UTC)",
        field: "received_at",
        width: 170,
        cellRenderer: ({ data }: Cell) => data && format.moment(data.received_at, "UTC"),
      },
      { headerName: "Source", field: "source", width: 124 },
      { headerName: "Key", field: "key", width: 160, cellClass: "mono" },
    ];
    return columns.map((column) => ({ ...column, sortable: false }));
  }, [format, nameOf]);
}
