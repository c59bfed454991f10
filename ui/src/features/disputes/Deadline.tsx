import { useFormat } from "@/format";
import type { DisputeRow } from "@/generated/bindings";

/** The day by which a dispute must be decided. */
export function Deadline({ row }: { row: Pick<DisputeRow, "deadline" | "is_late"> }) {
  const format = useFormat();
  if (!row.deadline) return <span className="dim">none</span>;
  return (
    <span className="tabular" data-figure={row.deadline} style={{ whiteSpace: "nowrap" }}>
      {format.day(row.deadline)}
      {row.is_late && <span style={{ color: "var(--ch-red-text)" }}> · passed</span>}
    </span>
  );
}
