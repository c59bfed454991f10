import type { ColDef, ICellRendererParams } from "ag-grid-community";
import { useMemo } from "react";
import { LevelBadge, StatusBadge, TenantLink, UsageBar } from "@/components";
import { compareDecimals, isZero, lastDayBefore, useFormat, wordsOf } from "@/format";
import type { Level, TenantRow } from "@/generated/bindings";
import { MeterBars } from "./MeterBars";
import { useMeterName, useMeterUnit } from "./meter-name";

type Cell = ICellRendererParams<TenantRow>;

const LEVEL_RANK: Record<Level, number> = { normal: 0, warning: 1, alert: 2 };

/** Rows without a value stand after all others, whichever way the column is sorted. */
const byDecimal = (a: string | null, b: string | null) => compareDecimals(a ?? "", b ?? "");

/** The columns of the tenants. Values are raw, so that a copied cell is exact. */
export function useTenantColumns(): ColDef<TenantRow>[] {
  const format = useFormat();
  const nameOf = useMeterName();
  const unitOf = useMeterUnit();
  return useMemo<ColDef<TenantRow>[]>(
    () => [
      {
        headerName: "Tenant",
        field: "name",
        pinned: "left",
        width: 250,
        cellRenderer: ({ data }: Cell) =>
          data && <TenantLink tenantId={data.tenant_id} name={data.name} testId={`tenant-row-${data.tenant_id}`} />,
      },
      {
        headerName: "Level",
        field: "level",
        width: 112,
        comparator: (a: Level, b: Level) => LEVEL_RANK[a] - LEVEL_RANK[b],
        cellRenderer: ({ data }: Cell) => data && <LevelBadge level={data.level} />,
      },
      {
        headerName: "Highest %",
        field: "percent",
        width: 104,
        type: "rightAligned",
        comparator: byDecimal,
        cellRenderer: ({ data }: Cell) => (
          <span data-figure={data?.percent ?? ""}>
            {data?.percent ? format.percent(data.percent) : <span className="dim">none</span>}
          </span>
        ),
      },
      {
        headerName: "Highest meter",
        width: 236,
        valueGetter: ({ data }) => data?.meters[0]?.percent ?? null,
        comparator: byDecimal,
        cellRenderer: ({ data }: Cell) => {
          const top = data?.meters[0];
          if (!top) return <span className="dim">no meters</span>;
          return (
            <UsageBar
              {...top}
              figure={format.figure(top.used, unitOf(top.meter))}
              label={nameOf(top.meter)}
              variant="cell"
            />
          );
        },
      },
      {
        headerName: "Meters",
        width: 130,
        sortable: false,
        valueGetter: ({ data }) => data?.meters.map(({ meter, percent }) => `${meter} ${percent ?? "-"}`).join(", "),
        cellRenderer: ({ data }: Cell) => data && <MeterBars meters={data.meters} count={data.meter_count} />,
      },
      {
        headerName: "Overage",
        field: "overage",
        width: 112,
        type: "rightAligned",
        comparator: byDecimal,
        cellRenderer: ({ data }: Cell) =>
          data && (
            <span data-figure={data.overage} className={isZero(data.overage) ? "dim" : undefined}>
              {format.amount(data.overage)}
            </span>
          ),
      },
      { headerName: "Currency", field: "currency", width: 92 },
      { headerName: "Plan", field: "plan", width: 122 },
      {
        headerName: "Status",
        field: "status",
        width: 130,
        cellRenderer: ({ data }: Cell) => data && <StatusBadge status={data.status} />,
      },
      { headerName: "Family", field: "family", width: 118, valueFormatter: ({ value }) => wordsOf(value ?? "") },
      {
        headerName: "Period until",
        field: "period_end",
        width: 122,
        cellRenderer: ({ data }: Cell) =>
          data?.period_end && (
            <span title={`${format.moment(data.period_end, "UTC")} UTC`}>
              {format.dayOf(lastDayBefore(data.period_end), data.zone)}
            </span>
          ),
      },
      { headerName: "Country", field: "country", width: 90 },
      { headerName: "Zone", field: "zone", width: 160 },
      { headerName: "Outside id", field: "outside_id", width: 130, cellClass: "mono" },
    ],
    [format, nameOf, unitOf],
  );
}
