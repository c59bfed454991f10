import { useParams } from "@tanstack/react-router";
import { useInvoice } from "@/app/queries";
import { Page, QueryView } from "@/components";
import { InvoiceBody } from "./InvoiceBody";
import { InvoiceHeader } from "./InvoiceHeader";

/** One invoice, whole. */
export function InvoicePage() {
  const { invoiceId } = useParams({ from: "/invoices/$invoiceId" });
  const query = useInvoice(invoiceId);
  return (
    <Page>
      <InvoiceHeader key={invoiceId} view={query.data} />
      <QueryView query={query} what="The invoice">
        {(view) => <InvoiceBody key={view.row.invoice_id} view={view} />}
      </QueryView>
    </Page>
  );
}
