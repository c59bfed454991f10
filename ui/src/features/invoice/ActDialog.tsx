import { useState } from "react";
import { ChangeDialog, ReasonField } from "@/components";
import type { InvoiceActKind, InvoiceActRequest, InvoiceView } from "@/generated/bindings";
import { useHost } from "@/host";
import { ACTIONS, type ActionName } from "./actions";

const KINDS: readonly ActionName[] = ["approve", "finalize", "void", "reissue", "uncollectible"];

function kindOf(name: ActionName | null): InvoiceActKind | null {
  return name && KINDS.includes(name) ? (name as InvoiceActKind) : null;
}

type Props = { view: InvoiceView; name: ActionName | null; onClose: () => void };

/** Approve, finalize, void, reissue, write off: what it does, a reason, the effect in figures. */
export function ActDialog({ view, name, onClose }: Props) {
  const host = useHost();
  const [reason, setReason] = useState("");
  const act = kindOf(name);
  const words = ACTIONS.find((action) => action.name === act);
  const called = view.row.number ?? "draft";
  const request: InvoiceActRequest | null =
    act && reason.trim() ? { invoice_id: view.row.invoice_id, act, reason: reason.trim() } : null;
  return (
    <ChangeDialog<InvoiceActRequest>
      opened={act !== null}
      onClose={() => {
        setReason("");
        onClose();
      }}
      title={words ? `${words.verb} ${called}` : ""}
      verb={words ? `${words.verb} ${called}` : ""}
      tone={words?.tone ?? "normal"}
      testId="act"
      fields={["reason"]}
      request={request}
      preview={host.billing.invoice.preview}
      act={host.billing.invoice.act}
      form={(errorOf) => (
        <>
          <p style={{ margin: 0 }}>{words?.text}</p>
          <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
        </>
      )}
    />
  );
}
