import type { ColDef, ICellRendererParams } from "ag-grid-community";
import { useMemo } from "react";
import { InvoiceLink, StatusBadge, TenantLink } from "@/components";
import { isZero, plural, useFormat, wordsOf } from "@/format";
import type { InvoiceRow } from "@/generated/bindings";
import { holdWord } from "./words";

type Cell = ICellRendererParams<InvoiceRow>;
type AmountField = "net" | "tax" | "total" | "paid" | "credited" | "open";

/** The columns of the invoices. They come sorted from the database, page by page, so columns do not sort them again. */
export function useInvoiceColumns(): ColDef<InvoiceRow>[] {
  const format = useFormat();
  return useMemo<ColDef<InvoiceRow>[]>(() => {
    const amount = (headerName: string, field: AmountField, width = 108): ColDef<InvoiceRow> => ({
      headerName,
      field,
      width,
      type: "rightAligned",
      cellRenderer: ({ data }: Cell) =>
        data && (
          <span data-figure={data[field]} className={isZero(data[field]) ? "dim" : undefined}>
            {format.amount(data[field])}
          </span>
        ),
    });
    const columns: ColDef<InvoiceRow>[] = [
      {
        headerName: "Number",
        field: "number",
        pinned: "left",
        width: 146,
        cellRenderer: ({ data }: Cell) => data && <InvoiceLink invoiceId={data.invoice_id} number={data.number} />,
      },
      {
        headerName: "Status",
        field: "status",
        width: 130,
        cellRenderer: ({ data }: Cell) => data && <StatusBadge status={data.status} />,
      },
      {
        headerName: "Tenant",
        field: "tenant",
        width: 214,
        cellRenderer: ({ data }: Cell) => data && <TenantLink tenantId={data.tenant_id} name={data.tenant} />,
      },
      {
        headerName: "Issued",
        field: "issue_day",
        width: 112,
        cellRenderer: ({ data }: Cell) =>
          data?.issue_day ? format.day(data.issue_day) : <span className="dim">not yet</span>,
      },
      amount("Total", "total"),
      amount("Open", "open"),
      { headerName: "Currency", field: "currency", width: 84 },
      {
        headerName: "Due",
        field: "due_day",
        width: 176,
        cellRenderer: ({ data }: Cell) => {
          if (!data?.due_day) return null;
          const late = data.days_overdue;
          return (
            <span>
              {format.day(data.due_day)}
              {late !== null && <span className="dim"> · {plural(late, format.count(late), "day", "days")} ago</span>}
            </span>
          );
        },
      },
      {
        headerName: "Period",
        width: 150,
        valueGetter: ({ data }) => data?.period && `${data.period.from} - ${data.period.to}`,
        cellRenderer: ({ data }: Cell) => data?.period && format.span(data.period),
      },
      { headerName: "Plan", field: "plan", width: 122, cellRenderer: ({ data }: Cell) => <bdi>{data?.plan}</bdi> },
      {
        headerName: "Hold",
        field: "hold",
        width: 164,
        cellRenderer: ({ data }: Cell) => data?.hold && <StatusBadge status="hold" label={holdWord(data.hold)} />,
      },
      amount("Net", "net"),
      amount("Tax", "tax", 96),
      amount("Paid", "paid"),
      amount("Credited", "credited", 96),
      {
        headerName: "Origin",
        field: "origin",
        width: 96,
        cellRenderer: ({ data }: Cell) => data && wordsOf(data.origin),
      },
    ];
    return columns.map((column) => ({ ...column, sortable: false }));
  }, [format]);
}
