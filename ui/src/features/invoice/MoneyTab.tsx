import { DisputeLink, EmptyState, type PlainColumn, PlainTable, Section, When } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { CreditNoteRow, InvoiceView, PaymentRow } from "@/generated/bindings";
import { CreditNoteLink } from "./CreditNoteLink";
import classes from "./invoice.module.css";

function usePaymentColumns(): PlainColumn<PaymentRow>[] {
  const format = useFormat();
  return [
    { head: "Received", cell: ({ received_at }) => <When at={received_at} zone="UTC" /> },
    { head: "Method", cell: ({ method }) => <bdi>{wordsOf(method)}</bdi> },
    { head: "Reference", cell: ({ reference }) => <bdi className="mono">{reference}</bdi> },
    { head: "Amount", align: "right", cell: ({ amount }) => <span data-figure={amount}>{format.amount(amount)}</span> },
    {
      head: "Applied here",
      align: "right",
      cell: ({ applied }) => <span data-figure={applied}>{format.amount(applied)}</span>,
    },
    { head: "By", cell: ({ actor }) => <bdi>{actor}</bdi> },
    { head: "Note", cell: ({ note }) => <bdi>{note}</bdi> },
  ];
}

function useCreditColumns(): PlainColumn<CreditNoteRow>[] {
  const format = useFormat();
  return [
    { head: "Number", cell: (note) => <CreditNoteLink note={note} /> },
    { head: "Issued", cell: ({ issue_day }) => <span className={classes.nowrap}>{format.day(issue_day)}</span> },
    { head: "Net", align: "right", cell: ({ net }) => <span data-figure={net}>{format.amount(net)}</span> },
    { head: "Tax", align: "right", cell: ({ tax }) => <span data-figure={tax}>{format.amount(tax)}</span> },
    { head: "Total", align: "right", cell: ({ total }) => <span data-figure={total}>{format.amount(total)}</span> },
    { head: "By", cell: ({ actor }) => <bdi>{actor}</bdi> },
    { head: "Reason", cell: ({ reason }) => <bdi>{reason}</bdi> },
    { head: "Dispute", cell: ({ dispute_id }) => dispute_id && <DisputeLink disputeId={dispute_id} number="Show" /> },
  ];
}

/** What was paid and what was taken back. */
export function MoneyTab({ view }: { view: InvoiceView }) {
  const { currency } = view.row;
  const payments = usePaymentColumns();
  const credits = useCreditColumns();
  return (
    <div className={classes.stack}>
      <Section title="Payments" note={`in ${currency}`} flush="flush" testId="payments">
        {view.payments.length === 0 ? (
          <EmptyState>Payments of this invoice will be here, each with its reference.</EmptyState>
        ) : (
          <PlainTable
            caption="Payments"
            columns={payments}
            rows={view.payments}
            rowKey={({ payment_id }) => payment_id}
          />
        )}
      </Section>
      <Section title="Credit notes" note={`in ${currency}`} flush="flush" testId="credit-notes">
        {view.credit_notes.length === 0 ? (
          <EmptyState>Credit notes of this invoice will be here, each with its reason.</EmptyState>
        ) : (
          <PlainTable
            caption="Credit notes"
            columns={credits}
            rows={view.credit_notes}
            rowKey={({ credit_note_id }) => credit_note_id}
          />
        )}
      </Section>
    </div>
  );
}
