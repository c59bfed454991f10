import { IconDownload } from "@tabler/icons-react";
import { useInvoicePages } from "@/app/queries";
import { Code, type Fact, Facts, QueryView, Section } from "@/components";
import type { InvoiceView, PartyFields } from "@/generated/bindings";
import { useHost } from "@/host";
import { DocumentPages } from "./DocumentPages";
import classes from "./invoice.module.css";
import { SaveButton } from "./SaveButton";
import { SavePack } from "./SavePack";

function Party({ party }: { party: PartyFields }) {
  const lines = [
    party.name,
    ...(party.address ?? []),
    party.country,
    party.tax_id && `Tax id ${party.tax_id}`,
    party.email,
  ];
  return (
    <span className={classes.party}>
      {lines.filter(Boolean).map((line) => (
        <bdi key={line}>{line}</bdi>
      ))}
    </span>
  );
}

/** The document as it is printed, page by page, and what it is made of. */
export function DocumentTab({ view }: { view: InvoiceView }) {
  const host = useHost();
  const { row, hash } = view;
  const query = useInvoicePages(row.invoice_id);
  const facts: Fact[] = [
    { name: "From", value: <Party party={view.seller} /> },
    { name: "To", value: <Party party={view.buyer} /> },
  ];
  if (hash) facts.push({ name: "Hash", value: <Code value={hash} label="hash" /> });
  return (
    <div className={classes.stack}>
      <Section
        title="Document"
        testId="document"
        flush="flush"
        actions={
          <>
            <SavePack invoiceId={row.invoice_id} disputeId={null} />
            <SaveButton
              what="Document"
              save={() => host.saveInvoicePdf(row.invoice_id)}
              icon={<IconDownload size={14} />}
              testId="save-pdf"
            >
              Save PDF
            </SaveButton>
          </>
        }
      >
        <QueryView query={query} what="The document">
          {(pages) => <DocumentPages pages={pages} />}
        </QueryView>
      </Section>
      <Section title="What it says" testId="document-parties">
        <Facts facts={facts} />
      </Section>
    </div>
  );
}
