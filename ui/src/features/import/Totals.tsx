import { type PlainColumn, PlainTable, Section } from "@/components";
import { isZero, useFormat } from "@/format";
import type { ImportReport } from "@/generated/bindings";
import { useMeterName, useMeterUnit } from "../tenants/meter-name";

type Total = { key: string; what: string; unit: string; amount: string; rounded_off: string };

/** Accepted quantities per meter and cost per currency, each with what was rounded off. */
export function Totals({ report }: { report: ImportReport }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const unitOf = useMeterUnit();
  const rows: Total[] = [
    ...report.totals.map(({ meter, quantity, rounded_off }) => ({
      key: meter,
      what: nameOf(meter),
      unit: unitOf(meter),
      amount: quantity,
      rounded_off,
    })),
    ...report.cost.map(({ currency, amount, rounded_off }) => ({
      key: `cost-${currency}`,
      what: "Provider cost",
      unit: currency,
      amount,
      rounded_off,
    })),
  ];
  const columns: PlainColumn<Total>[] = [
    { head: "Total", cell: ({ what }) => what },
    { head: "Unit", cell: ({ unit }) => unit },
    {
      head: "Accepted, exact",
      align: "right",
      cell: ({ key, amount }) => (
        <span data-testid={`import-total-${key}`} data-figure={amount}>
          {format.exact(amount)}
        </span>
      ),
    },
    {
      head: "Rounded off",
      align: "right",
      cell: ({ rounded_off }) => (
        <span data-figure={rounded_off} className={isZero(rounded_off) ? "dim" : undefined}>
          {format.exact(rounded_off)}
        </span>
      ),
    },
  ];
  if (rows.length === 0) return null;
  return (
    <Section title="Totals" flush="flush" testId="import-totals">
      <PlainTable caption="Totals" columns={columns} rows={rows} rowKey={({ key }) => key} />
    </Section>
  );
}
