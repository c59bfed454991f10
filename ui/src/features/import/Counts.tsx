import { useFormat } from "@/format";
import classes from "./import.module.css";

export type Count = { name: string; label: string; value: number; tone?: "alert" | "warning" };

/** Counts side by side; a tone shows only where there is something. */
export function Counts({ counts }: { counts: readonly Count[] }) {
  const format = useFormat();
  return (
    <div className={classes.counts}>
      {counts.map(({ name, label, value, tone }) => (
        <div key={name} className={classes.count}>
          <div className="dim">{label}</div>
          <div
            className={classes.value}
            data-tone={value > 0 ? tone : undefined}
            data-testid={`import-${name}`}
            data-figure={String(value)}
          >
            {format.count(value)}
          </div>
        </div>
      ))}
    </div>
  );
}
