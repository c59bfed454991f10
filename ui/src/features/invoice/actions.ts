import type { InvoiceActKind, InvoiceView } from "@/generated/bindings";

/** What a person may do with an invoice, in the order of its life. */
export type ActionName = InvoiceActKind | "pay" | "credit" | "dispute";

export type ActionWords = {
  name: ActionName;
  /** What the menu and the button say. */
  verb: string;
  /** What it does, before the person gives a reason. */
  text: string;
  tone: "normal" | "danger";
};

export const ACTIONS: readonly ActionWords[] = [
  {
    name: "approve",
    verb: "Approve",
    text: "You agree with this draft. It may be finalized once the grace of its period has passed.",
    tone: "normal",
  },
  {
    name: "finalize",
    verb: "Finalize",
    text: "It gets its number and never changes again. Use of its period that arrives later goes to quarantine.",
    tone: "normal",
  },
  { name: "pay", verb: "Enter payment", text: "", tone: "normal" },
  { name: "credit", verb: "Give credit note", text: "", tone: "normal" },
  { name: "dispute", verb: "Open dispute", text: "", tone: "normal" },
  {
    name: "reissue",
    verb: "Void and reissue",
    text: "It becomes void, and a new draft of the same period is made from the ledger as it stands. The draft names this number.",
    tone: "danger",
  },
  { name: "void", verb: "Void", text: "It counts nothing any more. Its number stays used.", tone: "danger" },
  {
    name: "uncollectible",
    verb: "Write off",
    text: "It will not be paid. It stays as it is and no longer counts as open.",
    tone: "danger",
  },
];

/** The action that the page offers first: the earliest one that may be done, if it is one of the ordinary ones. */
export function primaryAction(view: InvoiceView): ActionWords | null {
  const ordinary: readonly ActionName[] = ["approve", "finalize", "pay"];
  return ACTIONS.find(({ name }) => ordinary.includes(name) && refusalOf(view, name) === null) ?? null;
}

/** Why something may not be done now; null when it may. What the program does not list may not be done. */
export function refusalOf(view: InvoiceView, name: ActionName): string | null {
  const known = view.actions.find(({ action }) => action === name);
  return known ? known.refused : "This is not possible for this document.";
}
