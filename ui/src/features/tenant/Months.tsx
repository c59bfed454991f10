import { Select } from "@mantine/core";
import { useState } from "react";
import { Chart, EmptyState, type PlainColumn, PlainTable, Section, useMeterColors } from "@/components";
import { axisOf, toApproximate, useFormat } from "@/format";
import type { MonthFigure } from "@/generated/bindings";
import { useMeterName, useMeterUnit } from "../tenants/meter-name";
import classes from "./tenant.module.css";

/** Twelve calendar months of one meter: a picture and the table of its figures, newest first. */
export function Months({ months }: { months: readonly MonthFigure[] }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const unitOf = useMeterUnit();
  const colorOf = useMeterColors();
  const [wanted, setWanted] = useState<string | null>(null);
  const meters = [...new Set(months.map(({ meter }) => meter))];
  const meter = wanted && meters.includes(wanted) ? wanted : meters[0];
  if (!meter) {
    return (
      <Section title="12 months">
        <EmptyState>Months will be here after the first event.</EmptyState>
      </Section>
    );
  }
  const unit = unitOf(meter);
  const rows = months.filter((figure) => figure.meter === meter).sort((a, b) => a.month.localeCompare(b.month));
  const axis = axisOf(
    rows.map(({ billable }) => billable),
    unit,
  );
  const quantity = (value: string) => (
    <span data-figure={value} title={format.exactQuantity(value, unit)}>
      {format.quantity(value, unit)}
    </span>
  );
  const columns: PlainColumn<MonthFigure>[] = [
    { head: "Month", cell: ({ month }) => format.month(month) },
    { head: "Events", align: "right", cell: ({ events }) => <span data-figure={events}>{format.count(events)}</span> },
    { head: "All use", align: "right", cell: (figure) => quantity(figure.quantity) },
    { head: "Billable", align: "right", cell: (figure) => quantity(figure.billable) },
    {
      head: "Provider cost",
      align: "right",
      cell: ({ cost }) =>
        cost.length === 0 ? (
          <span className="dim">none</span>
        ) : (
          cost.map(({ currency, amount }) => (
            <div key={currency} data-figure={amount}>
              {format.money(amount, currency)}
            </div>
          ))
        ),
    },
  ];
  return (
    <Section
      title="12 months"
      flush="flush"
      testId="months"
      actions={
        <Select
          aria-label="Meter of the months"
          data={meters.map((value) => ({ value, label: nameOf(value) }))}
          value={meter}
          onChange={setWanted}
          allowDeselect={false}
          w={190}
        />
      }
    >
      <div className={classes.chart}>
        <Chart
          kind="bar"
          height={180}
          label={`${nameOf(meter)} by month`}
          categories={rows.map(({ month }) => format.month(month))}
          axisLabel={(value) => `${format.compact(String(value))} ${axis.unit}`.trim()}
          series={[
            {
              name: "Billable",
              color: colorOf(meter),
              values: rows.map(({ billable }) => toApproximate(billable) / axis.divisor),
              texts: rows.map(({ billable }) => format.exactQuantity(billable, unit)),
            },
          ]}
        />
      </div>
      <PlainTable caption="12 months" columns={columns} rows={[...rows].reverse()} rowKey={({ month }) => month} />
    </Section>
  );
}
