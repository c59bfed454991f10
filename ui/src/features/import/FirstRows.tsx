import { type PlainColumn, PlainTable, Section, StatusBadge } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { PreviewRow } from "@/generated/bindings";
import classes from "./import.module.css";

/** The first rows as they are, or would be, taken: a column per field that occurs. */
export function FirstRows({ rows, dryRun }: { rows: readonly PreviewRow[]; dryRun: "dry" | "taken" }) {
  const format = useFormat();
  if (rows.length === 0) return null;
  const names = [...new Set(rows.flatMap(({ fields }) => fields.map(({ name }) => name)))];
  const columns: PlainColumn<PreviewRow>[] = [
    { head: "Line", align: "right", width: 60, cell: ({ line }) => format.count(line) },
    { head: "Outcome", cell: ({ outcome }) => <StatusBadge status={outcome} /> },
    ...names.map(
      (name): PlainColumn<PreviewRow> => ({
        head: wordsOf(name),
        cell: ({ fields }) => (
          <bdi className={classes.fields}>{fields.find((field) => field.name === name)?.value ?? ""}</bdi>
        ),
      }),
    ),
  ];
  return (
    <Section
      title={dryRun === "dry" ? "First rows as they would be taken" : "First rows as they were taken"}
      flush="flush"
      testId="import-first-rows"
    >
      <PlainTable
        caption="First rows"
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.line}|${rows.indexOf(row)}`}
      />
    </Section>
  );
}
