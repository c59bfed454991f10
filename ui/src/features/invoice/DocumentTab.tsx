import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useInvoicePages } from "@/app/queries";
import { Code, type Fact, Facts, QueryView, Section } from "@/components";
import type { InvoiceView, PartyFields } from "@/generated/bindings";
import { useHost } from "@/host";
import { DocumentPages } from "./DocumentPages";
import classes from "./invoice.module.css";
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

function SavePdf({ invoiceId }: { invoiceId: string }) {
  const host = useHost();
  const save = useMutation({
    mutationFn: () => host.saveInvoicePdf(invoiceId),
    onSuccess: (file) => file && notifications.show({ color: "green", title: "Document saved", message: file }),
    onError: ({ code, message }) =>
      notifications.show({ color: "red", title: "The document was not saved", message: `${message} (${code})` }),
  });
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<IconDownload size={14} />}
      loading={save.isPending}
      onClick={() => save.mutate()}
      data-testid="save-pdf"
    >
      Save PDF
    </Button>
  );
}

/** The document as it is printed, page by page, and what it is made of. */
export function DocumentTab({ view }: { view: InvoiceView }) {
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
            <SavePdf invoiceId={row.invoice_id} />
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
