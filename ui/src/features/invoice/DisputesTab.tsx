import { EmptyState, Section } from "@/components";
import type { InvoiceView } from "@/generated/bindings";
import { DisputeTable } from "../disputes/DisputeTable";

/** Disputes about this invoice. */
export function DisputesTab({ view }: { view: InvoiceView }) {
  return (
    <Section title="Disputes" flush="flush" testId="invoice-disputes">
      {view.disputes.length === 0 ? (
        <EmptyState>Nobody disputes this invoice. A case can be opened from Actions.</EmptyState>
      ) : (
        <DisputeTable rows={view.disputes} />
      )}
    </Section>
  );
}
