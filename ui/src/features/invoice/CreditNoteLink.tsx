import { Button, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useCreditNotePages } from "@/app/queries";
import { DetailDrawer, QueryView } from "@/components";
import type { CreditNoteRow } from "@/generated/bindings";
import { useHost } from "@/host";
import { DocumentPages } from "./DocumentPages";
import classes from "./invoice.module.css";

/** Wide enough for a page of paper. */
const WIDTH = 820;

function Document({ note: { credit_note_id, number } }: { note: CreditNoteRow }) {
  const host = useHost();
  const query = useCreditNotePages(credit_note_id);
  const save = useMutation({
    mutationFn: () => host.saveCreditNotePdf(credit_note_id, number),
    onSuccess: (file) => file && notifications.show({ color: "green", title: "Document saved", message: file }),
    onError: ({ code, message }) =>
      notifications.show({ color: "red", title: "The document was not saved", message: `${message} (${code})` }),
  });
  return (
    <div className={classes.stack}>
      <div>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconDownload size={14} />}
          loading={save.isPending}
          onClick={() => save.mutate()}
          data-testid="save-credit"
        >
          Save PDF
        </Button>
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
