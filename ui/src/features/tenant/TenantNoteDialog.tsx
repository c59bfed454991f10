import { Textarea } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog } from "@/components";
import type { NoteRequest } from "@/generated/bindings";
import { useHost } from "@/host";

type Props = { tenantId: string; opened: boolean; onClose: () => void };

/** A note about a tenant, for whoever picks up the phone next. */
export function TenantNoteDialog({ tenantId, opened, onClose }: Props) {
  const host = useHost();
  const [text, setText] = useState("");
  return (
    <ChangeDialog<NoteRequest>
      opened={opened}
      onClose={() => {
        setText("");
        onClose();
      }}
      title="Add note"
      verb="Add note"
      testId="note"
      fields={["text"]}
      request={text.trim() ? { tenant_id: tenantId, text: text.trim() } : null}
      preview={host.billing.note.preview}
      act={host.billing.note.act}
      form={(errorOf) => (
        <Textarea
          label="Note"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          error={errorOf("text")}
          autosize
          minRows={3}
          maxRows={10}
          required
          data-autofocus
          data-testid="field-note"
        />
      )}
    />
  );
}
