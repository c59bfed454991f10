import { useMeters } from "@/app/queries";
import { type PlainColumn, PlainTable, Section } from "@/components";
import { unitLabel, useFormat } from "@/format";
import type { MonthFigure } from "@/generated/bindings";
import classes from "./overview.module.css";

type MeterMonths = { meter: string; name: string; unit: string; figures: Map<string, MonthFigure> };

/** The company's use per meter over twelve calendar months. */
export function MonthlyUse({ months }: { months: readonly MonthFigure[] }) {
  const format = useFormat();
  const { data: meters } = useMeters();
  if (months.length === 0) return null;
  const heads = [...new Set(months.map(({ month }) => month))].sort().reverse();
  const codes = [...new Set(months.map(({ meter }) => meter))];
  const rows = codes.map((code): MeterMonths => {
    const known = meters?.find(({ meter }) => meter === code);
    const mine = months.filter(({ meter }) => meter === code);
    return {
      meter: code,
      name: known?.name ?? code,
      unit: known?.unit ?? "",
      figures: new Map(mine.map((figure) => [figure.month, figure])),
    };
  });
  const columns: PlainColumn<MeterMonths>[] = [
    { head: "Meter", cell: ({ name }) => name },
    { head: "Unit", cell: ({ unit }) => <span className="dim">{unitLabel(unit)}</span> },
    ...heads.map(
      (month): PlainColumn<MeterMonths> => ({
        head: format.month(month),
        align: "right",
        cell: ({ figures, unit, meter }) => {
          const figure = figures.get(month);
          if (!figure) return <span className="dim">0</span>;
          return (
            <span
              title={`${format.exactQuantity(figure.quantity, unit)}, billable ${format.exactQuantity(figure.billable, unit)}, ${format.count(figure.events)} events`}
              data-testid={`overview-month-${meter}-${month}`}
              data-figure={figure.quantity}
            >
              {format.figure(figure.quantity, unit)}
            </span>
          );
        },
      }),
    ),
  ];
  return (
    <Section
      title="Use per month"
      note="All use, newest month first; billable on hover"
      flush="flush"
      testId="overview-months"
    >
      <div className={classes.months}>
        <PlainTable caption="Use per meter and month" columns={columns} rows={rows} rowKey={({ meter }) => meter} />
      </div>
    </Section>
  );
}
