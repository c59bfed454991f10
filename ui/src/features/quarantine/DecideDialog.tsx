import { Button, Modal, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { DialogActions, FormFailure, TypedConfirmation } from "@/components";
import { plural, useFormat } from "@/format";
import type { QuarantineDecision, QuarantineRow } from "@/generated/bindings";
import { useHost } from "@/host";

type Deciding = { decision: QuarantineDecision; rows: QuarantineRow[] };

const WORDS: Record<QuarantineDecision, { verb: string; text: string }> = {
  retry: {
    verb: "Retry",
    text: "They are tried again under today’s subscriptions and periods. What still cannot be taken keeps waiting.",
  },
  dismiss: { verb: "Dismiss", text: "They stay out of the ledger. The rows and the reason are kept." },
};

function Decision({ deciding, onClose }: { deciding: Deciding; onClose: () => void }) {
  const host = useHost();
  const client = useQueryClient();
  const format = useFormat();
  const { production, word } = useAccess();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const { verb, text } = WORDS[deciding.decision];
  const count = deciding.rows.length;
  const rows = plural(count, format.count(count), "row", "rows");
  const run = useMutation({
    mutationFn: () =>
      host.quarantineDecide(
        deciding.rows.map(({ quarantine_id }) => quarantine_id),
        deciding.decision,
        reason.trim(),
      ),
    onSuccess: async (decided) => {
      const left = count - decided;
      notifications.show({
        title: `${plural(decided, format.count(decided), "row", "rows")} decided`,
        message: left > 0 ? `${format.count(left)} still wait.` : "Written to the audit log.",
        color: left > 0 ? "yellow" : "green",
      });
      onClose();
      await client.invalidateQueries();
    },
  });
  const ready = reason.trim() !== "" && (!production || typed.trim() === word);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        run.mutate();
      }}
      style={{ display: "grid", gap: 12 }}
      data-testid="decide"
    >
      <p style={{ margin: 0 }}>{text}</p>
      <Textarea
        label="Reason"
        description="Goes to the audit log with your name."
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
        required
        data-autofocus
        data-testid="field-reason"
      />
      {production && <TypedConfirmation value={typed} onChange={setTyped} />}
      {run.error && <FormFailure error={run.error} />}
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={!ready} loading={run.isPending} data-testid="decide-act">
          {verb} {rows}
        </Button>
      </DialogActions>
    </form>
  );
}

/** Retry or dismiss, with a reason. */
export function DecideDialog({ deciding, onClose }: { deciding: Deciding | null; onClose: () => void }) {
  const title = deciding ? `${WORDS[deciding.decision].verb} ${deciding.rows.length}` : "";
  return (
    <Modal opened={deciding !== null} onClose={onClose} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      {deciding && <Decision deciding={deciding} onClose={onClose} />}
    </Modal>
  );
}
