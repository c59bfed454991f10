import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import type { InvoiceView, PaymentRequest } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "./invoice.module.css";

const FIELDS = ["amount", "received_at", "method", "reference", "reason"];
const METHODS = [
  { value: "bank", label: "Bank transfer" },
  { value: "card", label: "Card" },
  { value: "direct_debit", label: "Direct debit" },
  { value: "cheque", label: "Cheque" },
  { value: "cash", label: "Cash" },
  { value: "other", label: "Other" },
];

/** An amount that nobody has typed is what is open, which a payment changes. */
type Draft = { amount: string | null; received_at: string | null; method: string; reference: string; reason: string };

const START: Draft = { amount: null, received_at: null, method: "bank", reference: "", reason: "" };

function requestOf({ invoice_id, open }: InvoiceView["row"], draft: Draft): PaymentRequest | null {
  const amount = (draft.amount ?? open).trim();
  const reason = draft.reason.trim();
  if (!amount || !reason || !draft.method) return null;
  return { ...draft, invoice_id, amount, reference: draft.reference.trim(), reason };
}

type Props = { view: InvoiceView; opened: boolean; onClose: () => void };

/** A payment that was received. What exceeds the open amount becomes a prepaid credit; the preview says so. */
export function PaymentDialog({ view, opened, onClose }: Props) {
  const host = useHost();
  const { row } = view;
  const [draft, setDraft] = useState(START);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  return (
    <ChangeDialog<PaymentRequest>
      opened={opened}
      onClose={() => {
        setDraft(START);
        onClose();
      }}
      title={`Enter payment of ${row.number ?? "this invoice"}`}
      verb="Enter payment"
      testId="payment"
      fields={FIELDS}
      request={requestOf(row, draft)}
      preview={host.billing.payment.preview}
      act={host.billing.payment.act}
      form={(errorOf) => (
        <div className={classes.fields}>
          <TextInput
            label={`Amount in ${row.currency}`}
            value={draft.amount ?? row.open}
            onChange={({ currentTarget }) => change({ amount: currentTarget.value })}
            error={errorOf("amount")}
            inputMode="decimal"
            required
            data-autofocus
            data-testid="field-amount"
          />
          <ZonedField
            label="Received"
            zone="UTC"
            placeholder="Now"
            value={draft.received_at}
            onChange={(received_at) => change({ received_at })}
            error={errorOf("received_at")}
          />
          <Select
            label="Method"
            data={METHODS}
            value={draft.method}
            onChange={(method) => change({ method: method ?? "bank" })}
            error={errorOf("method")}
            allowDeselect={false}
            data-testid="field-method"
          />
          <TextInput
            label="Reference"
            description="Of the bank or provider; a second payment with it is refused."
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={draft.reference}
            onChange={({ currentTarget }) => change({ reference: currentTarget.value })}
            error={errorOf("reference")}
            data-testid="field-reference"
          />
          <div className={classes.wide}>
            <ReasonField value={draft.reason} onChange={(reason) => change({ reason })} error={errorOf("reason")} />
          </div>
        </div>
      )}
    />
  );
}
