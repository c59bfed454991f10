import { Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, ReasonField } from "@/components";
import { plural, useFormat } from "@/format";
import type { LateDecision, LateRequest, LateRow } from "@/generated/bindings";
import { useHost } from "@/host";

const DECISIONS: readonly { value: LateDecision; label: string; text: string; verb: string }[] = [
  {
    value: "next_invoice",
    label: "Bill it on the next invoice",
    text: "It is taken and billed as late, under the plan version of its own period.",
    verb: "Take",
  },
  {
    value: "credit_note",
    label: "Give a credit note",
    text: "It is taken, and what it takes back goes on a credit note for the invoice of its period.",
    verb: "Credit",
  },
  {
    value: "refuse",
    label: "Refuse it",
    text: "It stays out of the ledger. The row and the reason are kept.",
    verb: "Refuse",
  },
];

/** What becomes of late rows of one tenant. */
export function LateDialog({ rows, onClose }: { rows: readonly LateRow[]; onClose: () => void }) {
  const host = useHost();
  const format = useFormat();
  const [decision, setDecision] = useState<LateDecision>("next_invoice");
  const [reason, setReason] = useState("");
  const chosen = DECISIONS.find(({ value }) => value === decision);
  const called = plural(rows.length, format.count(rows.length), "late row", "late rows");
  const request: LateRequest | null =
    rows.length > 0 && reason.trim()
      ? { ids: rows.map(({ quarantine_id }) => quarantine_id), decision, reason: reason.trim() }
      : null;
  return (
    <ChangeDialog<LateRequest>
      opened={rows.length > 0}
      onClose={() => {
        setDecision("next_invoice");
        setReason("");
        onClose();
      }}
      title={`Decide ${called}`}
      verb={`${chosen?.verb} ${called}`}
      testId="late"
      fields={["decision", "reason"]}
      request={request}
      preview={host.billing.late.preview}
      act={host.billing.late.act}
      form={(errorOf) => (
        <>
          <Radio.Group
            label="What becomes of them"
            value={decision}
            onChange={(next) => setDecision(next as LateDecision)}
            error={errorOf("decision")}
            data-testid="field-decision"
          >
            <Stack gap={8} mt={6}>
              {DECISIONS.map(({ value, label, text }) => (
                <Radio key={value} value={value} label={label} description={text} data-testid={`late-${value}`} />
              ))}
            </Stack>
          </Radio.Group>
          <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
        </>
      )}
    />
  );
}
