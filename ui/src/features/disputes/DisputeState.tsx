import { StatusBadge } from "@/components";
import type { DisputeRow } from "@/generated/bindings";
import { disputeWord } from "./words";

type Props = { row: Pick<DisputeRow, "status" | "decision" | "is_late"> };

/** The state of a dispute; a late one says so in words. */
export function DisputeState({ row: { status, decision, is_late } }: Props) {
  if (is_late) return <StatusBadge status="late" label={`Late · ${disputeWord(status, decision).toLowerCase()}`} />;
  return <StatusBadge status={status} label={disputeWord(status, decision)} />;
}
