import { IconInfinity } from "@tabler/icons-react";
import { isZero, subtract, toApproximate, useFormat } from "@/format";
import type { Level } from "@/generated/bindings";
import classes from "./UsageBar.module.css";

/** Widths are geometry: approximate numbers are good enough for pixels, never for a figure. */
function geometryOf(percent: string) {
  const share = toApproximate(percent);
  if (share <= 100) return { solid: Math.max(share, 0), over: 0, tick: 80 };
  // Above 100 % the bar is full; the part above is hatched and takes at most half, so that the rest stays readable.
  const over = Math.min(((share - 100) / share) * 100, 50);
  return { solid: 100 - over, over, tick: (100 - over) * 0.8 };
}

type Props = {
  meter: string;
  level: Level;
  /** One decimal, unbounded; null when unlimited or of a zero base. */
  percent: string | null;
  /** What the percentage is of; null when unlimited. */
  base: string | null;
  /** Text of the unlimited and zero cases: the figure, ready to show. */
  figure: string;
  /** How it is read aloud: the meter's name. */
  label: string;
  /** A narrow bar of a table cell, without words beside it. */
  variant?: "full" | "cell";
};

/** The one usage bar: a track, a fill in the level's colour, a tick at 80 %, the part above 100 % hatched. */
export function UsageBar({ meter, level, percent, base, figure, label, variant = "full" }: Props) {
  const format = useFormat();
  if (base === null || percent === null) {
    const word = base === null ? "Unlimited" : "Not included";
    return (
      <div className={classes.words} data-testid={`usage-bar-${meter}`} data-level={level} data-figure={percent ?? ""}>
        {base === null && <IconInfinity size={14} aria-hidden />}
        <span>
          {variant === "full" || (base !== null && !isZero(base)) ? `${figure} · ` : ""}
          {word}
        </span>
      </div>
    );
  }
  const { solid, over, tick } = geometryOf(percent);
  const above = over > 0 ? subtract(percent, "100.0") : null;
  return (
    <div className={classes.row} data-testid={`usage-bar-${meter}`} data-level={level} data-figure={percent}>
      {/* biome-ignore lint/a11y/useSemanticElements: the hatched part and the tick cannot be drawn in a <meter> */}
      <div
        className={classes.track}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(toApproximate(percent), 100)}
        aria-valuetext={`${format.percent(percent)} of ${label}, ${level}`}
        data-level={level}
      >
        <span className={classes.fill} style={{ width: `${solid}%` }} data-part="fill" />
        {over > 0 && (
          <span className={classes.over} style={{ left: `${solid}%`, width: `${over}%` }} data-part="over" />
        )}
        <span className={classes.tick} style={{ left: `${tick}%` }} data-part="tick" />
      </div>
      {above !== null && (
        <span className={`${classes.above} tabular`} data-part="above">
          +{format.percent(above)}
        </span>
      )}
    </div>
  );
}
