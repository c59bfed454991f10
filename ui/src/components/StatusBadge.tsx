import { wordsOf } from "@/format";
import classes from "./badges.module.css";

const TONES: Record<string, string> = {
  active: "normal",
  accepted: "normal",
  valid: "normal",
  trialing: "accent",
  waiting: "warning",
  past_due: "warning",
  quarantined: "warning",
  duplicate: "neutral",
  conflict: "alert",
  refused: "alert",
  invalid: "alert",
};

/** A state in words with a dot beside it; the tone follows the state's code. */
export function StatusBadge({ status, label }: { status: string; label?: string }) {
  return (
    <span className={classes.badge} data-tone={TONES[status] ?? "neutral"} data-status={status}>
      <span className={classes.dot} aria-hidden />
      {label ?? (status === "none" ? "No subscription" : wordsOf(status))}
    </span>
  );
}
