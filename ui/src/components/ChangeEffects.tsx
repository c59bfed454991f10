import { IconAlertTriangle, IconArrowRight } from "@tabler/icons-react";
import { useFormat } from "@/format";
import type { Change, Effect } from "@/generated/bindings";
import classes from "./change.module.css";
import { type PlainColumn, PlainTable } from "./PlainTable";

function useColumns(): PlainColumn<Effect>[] {
  const format = useFormat();
  const shown = (value: string, unit: string) => (/^[A-Z]{3}$/.test(unit) ? format.amount(value) : format.exact(value));
  return [
    { head: "Figure", cell: ({ label, unit }) => `${label}${unit ? ` (${unit})` : ""}` },
    {
      head: "Before",
      align: "right",
      cell: ({ before, unit }) => <span data-figure={before}>{shown(before, unit)}</span>,
    },
    { head: "To", width: 28, cell: () => <IconArrowRight size={13} aria-hidden className="dim" /> },
    {
      head: "After",
      align: "right",
      cell: ({ after, unit }) => (
        <strong data-figure={after} className={classes.after}>
          {shown(after, unit)}
        </strong>
      ),
    },
  ];
}

/** The effect of a change in figures, and what the person should know first. */
export function ChangeEffects({ change }: { change: Change }) {
  const columns = useColumns();
  return (
    <div className={classes.preview} data-testid="change-preview">
      <p className={classes.title}>{change.title}</p>
      {change.effects.length > 0 && (
        <div className={classes.effects}>
          <PlainTable caption="Effect" columns={columns} rows={change.effects} rowKey={({ label }) => label} />
        </div>
      )}
      {change.warnings.map((warning) => (
        <p key={warning} className={classes.warning} data-testid="change-warning">
          <IconAlertTriangle size={15} aria-hidden />
          {warning}
        </p>
      ))}
    </div>
  );
}
