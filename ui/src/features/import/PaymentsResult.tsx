import { type PlainColumn, PlainTable, Section } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { PaymentProblem, PaymentsImported, RunTotal } from "@/generated/bindings";
import { Counts } from "./Counts";
import classes from "./import.module.css";
import { PutAside } from "./PutAside";
import { endOf } from "./words";

/** What became of a file of payments. */
export function PaymentsResult({ report }: { report: PaymentsImported }) {
  const format = useFormat();
  const totals: PlainColumn<RunTotal>[] = [
    { head: "Currency", cell: ({ currency }) => currency },
    { head: "Payments", align: "right", cell: ({ count }) => format.count(count) },
    {
      head: "Total",
      align: "right",
      cell: ({ currency, total }) => (
        <span data-figure={total} data-testid={`import-paid-${currency}`}>
          {format.amount(total)}
        </span>
      ),
    },
  ];
  const problems: PlainColumn<PaymentProblem>[] = [
    { head: "Line", align: "right", cell: ({ line }) => format.count(line) },
    { head: "Problem", cell: ({ code }) => wordsOf(code) },
    { head: "What is wrong", cell: ({ message }) => <bdi>{message}</bdi> },
    { head: "Column", cell: ({ field }) => field ?? "" },
  ];
  return (
    <div className={classes.stack} data-testid="import-result" data-dry-run={report.dry_run}>
      <Section title={endOf({ ...report, stopped: false }, report.put_aside)} flush="flush">
        <Counts
          counts={[
            { name: "rows", label: "Rows read", value: report.rows },
            { name: "taken", label: report.dry_run ? "Would be taken" : "Taken", value: report.taken },
            { name: "duplicates", label: "Known already", value: report.duplicates },
            { name: "aside", label: "Put aside", value: report.put_aside, tone: "alert" },
          ]}
        />
        <PutAside file={report.put_aside_file} />
      </Section>
      {report.totals.length > 0 && (
        <Section title="Totals" note="One row per currency, never summed" flush="flush" testId="import-totals">
          <PlainTable caption="Totals" columns={totals} rows={report.totals} rowKey={({ currency }) => currency} />
        </Section>
      )}
      {report.problems.length > 0 && (
        <Section title="Problems" note="the first 200 rows" flush="flush" testId="import-problems">
          <PlainTable
            caption="Problems"
            columns={problems}
            rows={report.problems}
            rowKey={({ line, code, field }) => `${line}|${code}|${field}`}
          />
        </Section>
      )}
    </div>
  );
}
