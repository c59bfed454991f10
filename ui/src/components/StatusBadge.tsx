import { wordsOf } from "@/format";
import classes from "./badges.module.css";

const TONES: Record<string, string> = {
  active: "normal",
  accepted: "normal",
  valid: "normal",
  paid: "normal",
  trialing: "accent",
  approved: "accent",
  finalized: "accent",
  open: "accent",
  waiting: "warning",
  hold: "warning",
  past_due: "warning",
  partially_paid: "warning",
  quarantined: "warning",
  duplicate: "neutral",
  conflict: "alert",
  late: "alert",
  overdue: "alert",
  uncollectible: "alert",
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
