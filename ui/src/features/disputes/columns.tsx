import type { ColDef, ICellRendererParams } from "ag-grid-community";
import { useMemo } from "react";
import { DisputeLink, InvoiceLink, TenantLink } from "@/components";
import { useFormat } from "@/format";
import type { DisputeRow } from "@/generated/bindings";
import { Deadline } from "./Deadline";
import { DisputeState } from "./DisputeState";

type Cell = ICellRendererParams<DisputeRow>;

/** The columns of the disputes. They come sorted from the database: what must be decided first stands first. */
export function useDisputeColumns(): ColDef<DisputeRow>[] {
  const format = useFormat();
  return useMemo<ColDef<DisputeRow>[]>(() => {
    const columns: ColDef<DisputeRow>[] = [
      {
        headerName: "Dispute",
        field: "number",
        pinned: "left",
        width: 92,
        cellRenderer: ({ data }: Cell) => data && <DisputeLink disputeId={data.dispute_id} number={data.number} />,
      },
      {
        headerName: "State",
        field: "status",
        width: 176,
        cellRenderer: ({ data }: Cell) => data && <DisputeState row={data} />,
      },
      {
        headerName: "Decide by",
        field: "deadline",
        width: 166,
        cellRenderer: ({ data }: Cell) => data && <Deadline row={data} />,
      },
      {
        headerName: "Tenant",
        field: "tenant",
        width: 200,
        cellRenderer: ({ data }: Cell) => data && <TenantLink tenantId={data.tenant_id} name={data.tenant} />,
      },
      {
        headerName: "Claim",
        field: "claim",
        flex: 1,
        minWidth: 220,
        tooltipField: "claim",
        cellRenderer: ({ data }: Cell) => <bdi>{data?.claim}</bdi>,
      },
      {
        headerName: "Claimed",
        field: "claimed",
        width: 104,
        type: "rightAligned",
        cellRenderer: ({ data }: Cell) =>
          data?.claimed ? (
            <span data-figure={data.claimed}>{format.amount(data.claimed)}</span>
          ) : (
            <span className="dim">no amount</span>
          ),
      },
      { headerName: "Currency", field: "currency", width: 84 },
      {
        headerName: "Invoice",
        field: "invoice_number",
        width: 144,
        cellRenderer: ({ data }: Cell) =>
          data?.invoice_id && <InvoiceLink invoiceId={data.invoice_id} number={data.invoice_number} />,
      },
      {
        headerName: "Opened (UTC)",
        field: "opened_at",
        width: 118,
        cellRenderer: ({ data }: Cell) => data && format.dayOf(data.opened_at, "UTC"),
      },
      {
        headerName: "By",
        field: "opened_by",
        width: 90,
        cellRenderer: ({ data }: Cell) => <bdi>{data?.opened_by}</bdi>,
      },
    ];
    return columns.map((column) => ({ ...column, sortable: false }));
  }, [format]);
}
