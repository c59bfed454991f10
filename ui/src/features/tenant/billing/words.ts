import { wordsOf } from "@/format";

export const APPROVALS = [
  { value: "settings", label: "As the settings say" },
  { value: "always", label: "Always by a person" },
  { value: "never", label: "Never" },
];

/** When an invoice of a tenant waits for a person. */
export function approvalWord(approval: string): string {
  return APPROVALS.find(({ value }) => value === approval)?.label ?? wordsOf(approval);
}
