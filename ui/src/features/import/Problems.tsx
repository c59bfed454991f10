import { type PlainColumn, PlainTable, Section, StatusBadge } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { ImportProblem } from "@/generated/bindings";

/** The kinds of problems, each with its first lines and how many rows it concerns. */
export function Problems({ problems }: { problems: readonly ImportProblem[] }) {
  const format = useFormat();
  const columns: PlainColumn<ImportProblem>[] = [
    { head: "Outcome", cell: ({ outcome }) => <StatusBadge status={outcome} /> },
    { head: "Problem", cell: ({ code }) => wordsOf(code) },
    { head: "First such row", width: "34%", cell: ({ message }) => <bdi>{message}</bdi> },
    { head: "Field", cell: ({ field }) => field ?? "" },
    {
      head: "Lines",
      width: "22%",
      cell: ({ line, lines, rows }) => (
        <span data-figure={line}>
          {lines.map((one) => format.count(one)).join(", ")}
          {lines.length >= 20 && rows > 20 ? " …" : ""}
        </span>
      ),
    },
    { head: "Rows", align: "right", cell: ({ rows }) => <span data-figure={rows}>{format.count(rows)}</span> },
  ];
  if (problems.length === 0) return null;
  return (
    <Section title="Problems" note="one row per kind" flush="flush" testId="import-problems">
      <PlainTable
        caption="Problems"
        columns={columns}
        rows={problems}
        rowKey={({ outcome, code, field }) => `${outcome}|${code}|${field}`}
      />
    </Section>
  );
}
