import { toApproximate } from "./decimal";
import { unitKind } from "./quantity";

/** What the values of a chart are divided by, and the unit that its axis then names. */
export type Axis = { divisor: number; unit: string };

const SIZES = ["B", "KB", "MB", "GB", "TB"] as const;

/** The axis in the unit that is read, so that its ticks fall on round figures. Geometry only. */
export function axisOf(quantities: readonly string[], unit: string): Axis {
  const kind = unitKind(unit);
  if (kind === "duration") return { divisor: 60, unit: "min" };
  if (kind === "plain") return { divisor: 1, unit: "" };
  const highest = Math.max(...quantities.map((quantity) => Math.abs(toApproximate(quantity))), 1);
  const step = Math.min(Math.floor(Math.log2(highest) / 10), SIZES.length - 1);
  return { divisor: 1024 ** step, unit: SIZES[step] ?? "B" };
}
