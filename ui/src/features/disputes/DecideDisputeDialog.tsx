import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useInvoice } from "@/app/queries";
import { ChangeDialog, type ErrorOf, QueryView, ReasonField } from "@/components";
import type { CreditPart, DisputeDecideRequest, DisputeDecision, DisputeView } from "@/generated/bindings";
import { useHost } from "@/host";
import { CreditParts } from "../invoice/CreditParts";

const DECISIONS: Record<DisputeDecision, { label: string; verb: string; text: string }> = {
  reject: { label: "Reject", verb: "Reject the claim", text: "The invoice stands as it is." },
  credit: {
    label: "Credit",
    verb: "Credit and close",
    text: "A credit note for the amounts below settles the case. Amounts are net; tax follows.",
  },
  correct: {
    label: "Correct usage",
    verb: "Close as corrected",
    text: "Correcting events were entered or will be; what they change in money comes with them.",
  },
};

function Parts({
  invoiceId,
  value,
  onChange,
  errorOf,
}: {
  invoiceId: string;
  value: CreditPart[];
  onChange: (parts: CreditPart[]) => void;
  errorOf: ErrorOf;
}) {
  const query = useInvoice(invoiceId);
  return (
    <QueryView query={query} what="The invoice">
      {({ lines, row }) => (
        <CreditParts
          lines={lines}
          currency={row.currency}
          value={value}
          onChange={onChange}
          error={errorOf("parts") ?? errorOf("amount")}
        />
      )}
    </QueryView>
  );
}

type Props = { view: DisputeView; opened: boolean; onClose: () => void };

/** The end of a dispute: reject, credit with amounts, or correct the usage. */
export function DecideDisputeDialog({ view, opened, onClose }: Props) {
  const host = useHost();
  const [decision, setDecision] = useState<DisputeDecision>("reject");
  const [parts, setParts] = useState<CreditPart[]>([]);
  const [reason, setReason] = useState("");
  const { row } = view;
  const credited = decision === "credit";
  const complete = !credited || (parts.length > 0 && parts.every(({ line_no, amount }) => line_no !== null || amount));
  const request: DisputeDecideRequest | null =
    complete && reason.trim()
      ? { dispute_id: row.dispute_id, decision, parts: credited ? parts : [], reason: reason.trim() }
      : null;
  const kinds = (Object.keys(DECISIONS) as DisputeDecision[]).filter((kind) => kind !== "credit" || row.invoice_id);
  const { verb, text } = DECISIONS[decision];
  return (
    <ChangeDialog<DisputeDecideRequest>
      opened={opened}
      onClose={() => {
        setDecision("reject");
        setParts([]);
        setReason("");
        onClose();
      }}
      title={`Decide ${row.number}`}
      verb={verb}
      testId="dispute-decide"
      size={720}
      fields={["parts", "amount", "decision", "reason"]}
      request={request}
      preview={host.billing.disputeDecide.preview}
      act={host.billing.disputeDecide.act}
      form={(errorOf) => (
        <>
          <SegmentedControl
            size="xs"
            aria-label="Decision"
            data={kinds.map((value) => ({ value, label: DECISIONS[value].label }))}
            value={decision}
            onChange={(next) => setDecision(next as DisputeDecision)}
            data-testid="field-decision"
          />
          <p style={{ margin: 0 }}>{text}</p>
          {credited && row.invoice_id && (
            <Parts invoiceId={row.invoice_id} value={parts} onChange={setParts} errorOf={errorOf} />
          )}
          <ReasonField value={reason} onChange={setReason} error={errorOf("reason") ?? errorOf("decision")} />
        </>
      )}
    />
  );
}
