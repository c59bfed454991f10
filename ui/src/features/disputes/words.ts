import { wordsOf } from "@/format";

const STATES: Record<string, string> = { open: "Open", waiting: "Waits for the tenant", decided: "Decided" };
const DECISIONS: Record<string, string> = {
  reject: "Rejected",
  credit: "Credited",
  correct: "Usage corrected",
};

/** The state of a dispute in words; a decided one says how. */
export function disputeWord(status: string, decision: string | null): string {
  if (status === "decided" && decision) return DECISIONS[decision] ?? wordsOf(decision);
  return STATES[status] ?? wordsOf(status);
}
