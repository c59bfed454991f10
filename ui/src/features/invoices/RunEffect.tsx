import { type PlainColumn, PlainTable, Section } from "@/components";
import { plural, useFormat } from "@/format";
import type { RunPreview, RunTotal } from "@/generated/bindings";
import { Counts } from "./Counts";
import classes from "./invoices.module.css";
import { RunRows } from "./RunRows";

/** Sums of a run, a row per currency. Currencies never add up. */
export function RunTotals({ totals, title }: { totals: readonly RunTotal[]; title: string }) {
  const format = useFormat();
  const columns: PlainColumn<RunTotal>[] = [
    { head: "Currency", cell: ({ currency }) => currency },
    { head: "Invoices", align: "right", cell: ({ count }) => <span data-figure={count}>{format.count(count)}</span> },
    {
      head: "Total",
      align: "right",
      cell: ({ currency, total }) => (
        <strong data-figure={total} data-testid={`run-total-${currency}`}>
          {format.amount(total)}
        </strong>
      ),
    },
  ];
  if (totals.length === 0) return null;
  return (
    <Section title={title} note="One row per currency, never summed" flush="flush">
      <PlainTable caption={title} columns={columns} rows={totals} rowKey={({ currency }) => currency} />
    </Section>
  );
}

/** What a run would do: counts, sums, and the rows that a person should look at before. */
export function RunEffect({ preview }: { preview: RunPreview }) {
  const format = useFormat();
  const { finalize, draft, held, failed, totals, rows } = preview;
  return (
    <div className={classes.run} data-testid="run-effect">
      <Counts
        counts={[
          { name: "finalize", label: "Will be finalized", value: finalize },
          { name: "draft", label: "Drafts", value: draft },
          { name: "held", label: "Left to a person", value: held, tone: "warning" },
          { name: "failed", label: "Cannot be billed", value: failed, tone: "alert" },
        ]}
      />
      <p className={classes.text}>
        Periods that ended by {format.minute(preview.until, "UTC")} UTC, as the ledger stood at{" "}
        {format.clock(preview.as_of, "UTC")} UTC.
        {finalize > 0 && " Finalized invoices get their numbers and never change again."}
      </p>
      <RunTotals totals={totals} title="Totals" />
      <RunRows
        rows={rows}
        title="To look at first"
        note={plural(rows.length, format.count(rows.length), "period", "periods")}
      />
    </div>
  );
}
