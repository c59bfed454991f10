import { UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { useCreditNotePages } from "@/app/queries";
import { DetailDrawer, QueryView } from "@/components";
import type { CreditNoteRow } from "@/generated/bindings";
import { useHost } from "@/host";
import { DocumentPages } from "./DocumentPages";
import classes from "./invoice.module.css";
import { SaveButton } from "./SaveButton";

/** Wide enough for a page of paper. */
const WIDTH = 820;

function Document({ note: { credit_note_id, number } }: { note: CreditNoteRow }) {
  const host = useHost();
  const query = useCreditNotePages(credit_note_id);
  return (
    <div className={classes.stack}>
      <div>
        <SaveButton
          what="Document"
          save={() => host.saveCreditNotePdf(credit_note_id, number)}
          icon={<IconDownload size={14} />}
          testId="save-credit"
        >
          Save PDF
        </SaveButton>
      </div>
      <QueryView query={query} what="The document">
        {(pages) => <DocumentPages pages={pages} />}
      </QueryView>
    </div>
  );
}

/** The number of a credit note; it opens the document as it is printed. */
export function CreditNoteLink({ note }: { note: CreditNoteRow }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <UnstyledButton
        className={`${classes.explain} ${classes.nowrap}`}
        onClick={open}
        aria-label={`Show ${note.number} as it is printed`}
        data-testid={`credit-${note.number}`}
      >
        {note.number}
      </UnstyledButton>
      <DetailDrawer
        opened={opened}
        onClose={close}
        title={`Credit note ${note.number}`}
        testId="credit-document"
        size={WIDTH}
      >
        <Document note={note} />
      </DetailDrawer>
    </>
  );
}
