import { EmptyState, type PlainColumn, PlainTable, Section } from "@/components";
import { isZero, useFormat } from "@/format";
import type { AgeingRow } from "@/generated/bindings";

type Part = "current" | "to_30" | "to_60" | "to_90" | "above_90" | "open";

/** What is open, by days after it was due; a row per currency, never summed. */
export function Ageing({ rows }: { rows: readonly AgeingRow[] }) {
  const format = useFormat();
  const part = (head: string, name: Part): PlainColumn<AgeingRow> => ({
    head,
    align: "right",
    cell: (row) => (
      <span
        data-figure={row[name]}
        className={isZero(row[name]) ? "dim" : undefined}
        data-testid={`ageing-${row.currency}-${name}`}
      >
        {format.amount(row[name])}
      </span>
    ),
  });
  const columns: PlainColumn<AgeingRow>[] = [
    { head: "Currency", cell: ({ currency }) => <strong>{currency}</strong> },
    part("Not due yet", "current"),
    part("1 to 30 days", "to_30"),
    part("31 to 60", "to_60"),
    part("61 to 90", "to_90"),
    part("More than 90", "above_90"),
    {
      head: "Open",
      align: "right",
      cell: ({ open }) => <strong data-figure={open}>{format.amount(open)}</strong>,
    },
  ];
  return (
    <Section title="Open by age" note="Days since they were due" flush="flush" testId="ageing">
      {rows.length === 0 ? (
        <EmptyState>Nothing is open. What is issued and not paid yet will be here by its age.</EmptyState>
      ) : (
        <PlainTable caption="Open by age" columns={columns} rows={rows} rowKey={({ currency }) => currency} />
      )}
    </Section>
  );
}
