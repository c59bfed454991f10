import { useState } from "react";
import { ChangeDialog, ReasonField } from "@/components";
import { subtract, useFormat } from "@/format";
import type { CreditPart, CreditRequest, InvoiceView } from "@/generated/bindings";
import { useHost } from "@/host";
import { CreditParts } from "./CreditParts";

type Props = { view: InvoiceView; opened: boolean; onClose: () => void };

/** A credit note for lines or an amount. What is left is asked again when it is written: two people may act at once. */
export function CreditDialog({ view, opened, onClose }: Props) {
  const host = useHost();
  const format = useFormat();
  const [parts, setParts] = useState<CreditPart[]>([]);
  const [reason, setReason] = useState("");
  const { row } = view;
  const left = subtract(row.total, row.credited);
  const request: CreditRequest | null =
    parts.length > 0 && parts.every(({ line_no, amount }) => line_no !== null || amount) && reason.trim()
      ? { invoice_id: row.invoice_id, parts, dispute_id: null, reason: reason.trim() }
      : null;
  return (
    <ChangeDialog<CreditRequest>
      opened={opened}
      onClose={() => {
        setParts([]);
        setReason("");
        onClose();
      }}
      title={`Give credit note for ${row.number ?? "this invoice"}`}
      verb="Give credit note"
      testId="credit"
      size={720}
      fields={["parts", "amount", "reason"]}
      request={request}
      preview={host.billing.credit.preview}
      act={host.billing.credit.act}
      form={(errorOf) => (
        <>
          <p style={{ margin: 0 }} data-testid="credit-left" data-figure={left}>
            {format.money(left, row.currency)} of {format.money(row.total, row.currency)} are left to credit, tax
            included. Amounts below are net; tax follows.
          </p>
          <CreditParts
            lines={view.lines}
            currency={row.currency}
            value={parts}
            onChange={setParts}
            error={errorOf("parts") ?? errorOf("amount")}
          />
          <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
        </>
      )}
    />
  );
}
