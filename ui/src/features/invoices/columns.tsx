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
    const asOf = ({ drafted_at }: InvoiceRow) =>
      drafted_at ? `As of ${format.moment(drafted_at, "UTC")} UTC; the draft itself is computed anew` : undefined;
    const amount = (headerName: string, field: AmountField, width = 94): ColDef<InvoiceRow> => ({
      headerName,
      field,
      width,
      type: "rightAligned",
      cellRenderer: ({ data }: Cell) =>
        data && (
          <span data-figure={data[field]} title={asOf(data)} className={isZero(data[field]) ? "dim" : undefined}>
            {format.amount(data[field])}
          </span>
        ),
    });
    const columns: ColDef<InvoiceRow>[] = [
      {
        headerName: "Number",
        field: "number",
        pinned: "left",
        width: 148,
        cellRenderer: ({ data }: Cell) => data && <InvoiceLink invoiceId={data.invoice_id} number={data.number} />,
      },
      {
        headerName: "Status",
        field: "status",
        width: 158,
        cellRenderer: ({ data }: Cell) =>
          data &&
          (data.hold ? (
            <StatusBadge status="hold" label={holdWord(data.hold)} />
          ) : (
            <StatusBadge status={data.status} />
          )),
      },
      {
        headerName: "Tenant",
        field: "tenant",
        width: 164,
        cellRenderer: ({ data }: Cell) => data && <TenantLink tenantId={data.tenant_id} name={data.tenant} />,
      },
      {
        headerName: "Period",
        width: 168,
        valueGetter: ({ data }) => data?.period && `${data.period.from} - ${data.period.to}`,
        cellRenderer: ({ data }: Cell) =>
          data?.period ? format.span(data.period) : <span className="dim">none said</span>,
      },
      {
        headerName: "Issued",
        field: "issue_day",
        width: 124,
        cellRenderer: ({ data }: Cell) =>
          data &&
          (data.issue_day ? (
            format.day(data.issue_day)
          ) : (
            <span className="dim" title={asOf(data)} data-testid="draft-as-of">
              {data.drafted_at ? `as of ${format.dayOf(data.drafted_at, "UTC")}` : "not yet"}
            </span>
          )),
      },
      amount("Total", "total"),
      amount("Open", "open"),
      { headerName: "Currency", field: "currency", width: 78 },
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
      { headerName: "Plan", field: "plan", width: 122, cellRenderer: ({ data }: Cell) => <bdi>{data?.plan}</bdi> },
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
