import { type Formatter, plural } from "@/format";
import type { RunPreview } from "@/generated/bindings";

/** What the button of a run says: what it does, with its number. */
export function runVerb({ finalize, draft, held }: RunPreview, format: Formatter): string {
  if (finalize > 0) return `Finalize ${plural(finalize, format.count(finalize), "invoice", "invoices")}`;
  const drafts = draft + held;
  if (drafts > 0) return `Make ${plural(drafts, format.count(drafts), "draft", "drafts")}`;
  return "Nothing to run";
}
