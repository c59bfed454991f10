import { toApproximate, useFormat } from "@/format";
import type { MeterCell } from "@/generated/bindings";
import { useMeterName } from "./meter-name";
import classes from "./tenants.module.css";

/** Up to four meters of a row as thin bars; the names and percentages are in the hover. */
export function MeterBars({ meters, count }: { meters: readonly MeterCell[]; count: number }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const title = meters
    .map(
      ({ meter, percent, base }) =>
        `${nameOf(meter)}: ${percent ? format.percent(percent) : base === null ? "unlimited" : "not included"}`,
    )
    .join("\n");
  return (
    <span className={classes.bars} title={title}>
      {meters.map(({ meter, percent, level }) => (
        <span key={meter} className={classes.bar} data-level={level}>
          <span style={{ height: `${percent === null ? 0 : Math.max(Math.min(toApproximate(percent), 100), 4)}%` }} />
        </span>
      ))}
      {count > meters.length && <span className="dim">+{count - meters.length}</span>}
      <span className="visually-hidden">{title}</span>
    </span>
  );
}
