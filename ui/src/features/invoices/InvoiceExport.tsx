import { ExportMenu } from "@/components";
import type { ExportKind, InvoiceFilter } from "@/generated/bindings";
import { useHost } from "@/host";

const KINDS: readonly { kind: ExportKind; label: string }[] = [
  { kind: "invoices", label: "Invoices" },
  { kind: "lines", label: "Lines" },
  { kind: "credit_notes", label: "Credit notes" },
  { kind: "payments", label: "Payments" },
  { kind: "events", label: "Events behind them" },
  { kind: "ageing", label: "Open amounts by age" },
  { kind: "journal", label: "Journal" },
];

/** The invoices of a filter, or what belongs to them, as a file. */
export function InvoiceExport({ filter }: { filter: InvoiceFilter }) {
  const host = useHost();
  return <ExportMenu kinds={KINDS} write={(kind, format) => host.exportInvoices({ kind, format, filter })} />;
}
