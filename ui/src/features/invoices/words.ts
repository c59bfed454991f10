import { wordsOf } from "@/format";

const HOLDS: Record<string, string> = { approval: "Waits for approval", brake: "Stopped by the brake" };

/** Why a run left a draft to a person. */
export function holdWord(hold: string): string {
  return HOLDS[hold] ?? wordsOf(hold);
}
