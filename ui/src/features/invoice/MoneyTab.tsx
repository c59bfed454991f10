import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { DisputeLink, EmptyState, type PlainColumn, PlainTable, Section, When } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { CreditNoteRow, InvoiceView, PaymentRow } from "@/generated/bindings";
import { useHost } from "@/host";
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
    { head: "Number", cell: ({ number }) => <strong className={classes.nowrap}>{number}</strong> },
    { head: "Issued", cell: ({ issue_day }) => <span className={classes.nowrap}>{format.day(issue_day)}</span> },
    { head: "Net", align: "right", cell: ({ net }) => <span data-figure={net}>{format.amount(net)}</span> },
    { head: "Tax", align: "right", cell: ({ tax }) => <span data-figure={tax}>{format.amount(tax)}</span> },
    { head: "Total", align: "right", cell: ({ total }) => <span data-figure={total}>{format.amount(total)}</span> },
    { head: "By", cell: ({ actor }) => <bdi>{actor}</bdi> },
    { head: "Reason", cell: ({ reason }) => <bdi>{reason}</bdi> },
    { head: "Document", cell: ({ credit_note_id, number }) => <SaveCreditNote id={credit_note_id} number={number} /> },
    { head: "Dispute", cell: ({ dispute_id }) => dispute_id && <DisputeLink disputeId={dispute_id} number="Show" /> },
  ];
}

/** The credit note as it is printed, into a file. */
function SaveCreditNote({ id, number }: { id: string; number: string }) {
  const host = useHost();
  const save = useMutation({
    mutationFn: () => host.saveCreditNotePdf(id, number),
    onSuccess: (file) => file && notifications.show({ color: "green", title: "Document saved", message: file }),
    onError: ({ code, message }) =>
      notifications.show({ color: "red", title: "The document was not saved", message: `${message} (${code})` }),
  });
  return (
    <Button
      variant="default"
      size="compact-xs"
      loading={save.isPending}
      onClick={() => save.mutate()}
      aria-label={`Save PDF of ${number}`}
      data-testid={`save-credit-${number}`}
    >
      Save PDF
    </Button>
  );
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
