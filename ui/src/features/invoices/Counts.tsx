import { useFormat } from "@/format";
import classes from "./counts.module.css";

export type Count = { name: string; label: string; value: number; tone?: "warning" | "alert" };

/** Counts of a run beside each other. A tone appears only where there is something to see to. */
export function Counts({ counts }: { counts: readonly Count[] }) {
  const format = useFormat();
  return (
    <dl className={classes.counts}>
      {counts.map(({ name, label, value, tone }) => (
        <div key={name} className={classes.count}>
          <dt>{label}</dt>
          <dd data-tone={value > 0 ? tone : undefined} data-testid={`run-${name}`} data-figure={value}>
            {format.count(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
