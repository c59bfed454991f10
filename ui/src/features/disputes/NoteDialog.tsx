import { Select, Textarea } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog } from "@/components";
import type { DisputeNoteRequest, DisputeView } from "@/generated/bindings";
import { useHost } from "@/host";

const STATES = [
  { value: "", label: "Leave it as it is" },
  { value: "open", label: "Open: we have to act" },
  { value: "waiting", label: "Waits for the tenant" },
];

type Props = { view: DisputeView; opened: boolean; onClose: () => void };

/** A note on the case, perhaps with another state. */
export function NoteDialog({ view, opened, onClose }: Props) {
  const host = useHost();
  const [text, setText] = useState("");
  const [status, setStatus] = useState("");
  const request: DisputeNoteRequest | null = text.trim()
    ? { dispute_id: view.row.dispute_id, text: text.trim(), status: status || null }
    : null;
  return (
    <ChangeDialog<DisputeNoteRequest>
      opened={opened}
      onClose={() => {
        setText("");
        setStatus("");
        onClose();
      }}
      title={`Add note to ${view.row.number}`}
      verb="Add note"
      testId="dispute-note"
      fields={["text", "status"]}
      request={request}
      preview={host.billing.disputeNote.preview}
      act={host.billing.disputeNote.act}
      form={(errorOf) => (
        <>
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
          {view.row.status !== "decided" && (
            <Select
              label="State"
              data={STATES}
              value={status}
              onChange={(next) => setStatus(next ?? "")}
              error={errorOf("status")}
              allowDeselect={false}
              data-testid="field-status"
            />
          )}
        </>
      )}
    />
  );
}
