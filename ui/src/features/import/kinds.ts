import type { ImportRequest, InvoiceImportRequest, PaymentsImportRequest } from "@/generated/bindings";
import type { ImportKind } from "./job";

/** What the screen says of each kind of file. */
export const KINDS: Record<ImportKind, { label: string; context: string; empty: string }> = {
  usage: {
    label: "Usage",
    context: "CSV, JSON Lines, CloudEvents or FOCUS. Known events are counted once, however often a file is imported.",
    empty: "A dry run shows here the first rows as they would be taken, totals and all problems.",
  },
  invoices: {
    label: "Invoices",
    context:
      "Invoices and credit notes that another system issued. Known documents are taken once, however often a file is imported.",
    empty: "A dry run shows here how many documents would be taken, what they come to, and all problems.",
  },
  payments: {
    label: "Payments",
    context: "CSV with invoice, amount, currency, received_at, method and reference. A reference is taken once.",
    empty: "A dry run shows here how many payments would be taken, what they come to, and all problems.",
  },
};

export const ORDER: readonly ImportKind[] = ["usage", "invoices", "payments"];

export const FRESH_USAGE: ImportRequest = {
  file: "",
  map: "",
  tenant: null,
  backfill: false,
  allow_overlap: false,
  all_or_nothing: false,
  dry_run: true,
};

export const FRESH_INVOICES: InvoiceImportRequest = {
  file: "",
  documents: null,
  map: "",
  tenant: null,
  refuse_blank_tenants: false,
  all_or_nothing: false,
  dry_run: true,
};

export const FRESH_PAYMENTS: PaymentsImportRequest = { file: "", dry_run: true, reason: "" };
