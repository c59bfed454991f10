import { useState } from "react";
import { ChangeDialog, ReasonField } from "@/components";
import type { EraseRequest, SubjectRow } from "@/generated/bindings";
import { useHost } from "@/host";

type Props = { tenantId: string; subject: SubjectRow | null; onClose: () => void };

/** Erases a subject's name, outside id and the details of its events. Usage stays. */
export function EraseDialog({ tenantId, subject, onClose }: Props) {
  const host = useHost();
  const [reason, setReason] = useState("");
  const request: EraseRequest | null =
    subject && reason.trim() ? { tenant_id: tenantId, subject_id: subject.subject_id, reason: reason.trim() } : null;
  return (
    <ChangeDialog<EraseRequest>
      opened={subject !== null}
      onClose={() => {
        setReason("");
        onClose();
      }}
      title="Erase subject"
      verb="Erase subject"
      tone="danger"
      testId="erase"
      fields={["reason"]}
      request={request}
      preview={host.erasePreview}
      act={host.eraseAct}
      form={(errorOf) => (
        <>
          <p style={{ margin: 0 }}>
            The name and outside id of <bdi>{subject?.name ?? subject?.subject_id}</bdi> and the details of its events
            are erased. Its usage stays in the ledger.
          </p>
          <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
        </>
      )}
    />
  );
}
