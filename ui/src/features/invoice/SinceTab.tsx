import { useInvoiceSince } from "@/app/queries";
import {
  EmptyState,
  InvoiceLink,
  type PlainColumn,
  PlainTable,
  QueryView,
  Section,
  Timeline,
  When,
} from "@/components";
import { type Formatter, useFormat } from "@/format";
import type { InvoiceSince, InvoiceView, SinceEvent, SinceLater, SinceLine } from "@/generated/bindings";
import classes from "./invoice.module.css";

const BILLED: Record<SinceEvent["billed"], string> = {
  here: "In no document yet",
  later: "With a later period",
  nowhere: "Nowhere",
};

function eventColumns(format: Formatter, zone: string): PlainColumn<SinceEvent>[] {
  return [
    { head: "Received", cell: ({ received_at }) => <When at={received_at} zone={zone} /> },
    { head: "Event", cell: ({ key }) => <bdi className="mono">{key}</bdi> },
    { head: "Meter", cell: ({ meter }) => meter },
    { head: "Day", cell: ({ day }) => format.day(day) },
    { head: "Billed", cell: ({ billed }) => BILLED[billed] },
    { head: "Adds", align: "right", cell: ({ adds }) => <span data-figure={adds}>{format.exact(adds)}</span> },
  ];
}

function lineColumns(format: Formatter, currency: string): PlainColumn<SinceLine>[] {
  const used = (value: string | null) => (value === null ? "" : <span data-figure={value}>{format.exact(value)}</span>);
  const money = (value: string) => <span data-figure={value}>{format.money(value, currency)}</span>;
  return [
    { head: "Line", cell: ({ no, description }) => <bdi>{no === 0 ? description : `${no}: ${description}`}</bdi> },
    { head: "Used then", align: "right", cell: ({ used_then }) => used(used_then) },
    { head: "Used now", align: "right", cell: ({ used_now }) => used(used_now) },
    { head: "Issued", align: "right", cell: ({ issued }) => money(issued) },
    { head: "Today", align: "right", cell: ({ today }) => money(today) },
    { head: "Difference", align: "right", cell: ({ difference }) => <b>{money(difference)}</b> },
  ];
}

function laterColumns(format: Formatter, currency: string): PlainColumn<SinceLater>[] {
  return [
    {
      head: "Billed with",
      cell: ({ invoice_id, number }) =>
        invoice_id ? <InvoiceLink invoiceId={invoice_id} number={number} /> : "The next draft",
    },
    { head: "Period from", cell: ({ first_day }) => format.day(first_day) },
    { head: "Line", cell: ({ description }) => <bdi>{description}</bdi> },
    {
      head: "Net",
      align: "right",
      cell: ({ amount }) => <span data-figure={amount}>{format.money(amount, currency)}</span>,
    },
  ];
}

function Money({ found }: { found: InvoiceSince }) {
  const format = useFormat();
  const figure = (value: string) => <span data-figure={value}>{format.money(value, found.currency)}</span>;
  return (
    <p data-testid="since-money">
      Issued {figure(found.issued)}, today {figure(found.today)}, difference <b>{figure(found.difference)}</b>; billed
      later {figure(found.billed_later)} net, credited {figure(found.credited)}.
    </p>
  );
}

function Changes({ found, zone }: { found: InvoiceSince; zone: string }) {
  const format = useFormat();
  const { counts, currency } = found;
  const listed = (count: number, rows: number) =>
    count > rows ? `more than ${format.count(rows)}, the first of them` : format.count(count);
  return (
    <div className={classes.stack}>
      <Money found={found} />
      {counts.events + counts.lines + counts.later + counts.happened === 0 && (
        <EmptyState>Nothing changed since it was issued.</EmptyState>
      )}
      {counts.events > 0 && (
        <Section
          title="Events received since"
          note={listed(counts.events, found.events.length)}
          flush="flush"
          testId="since-events"
        >
          <PlainTable
            caption="Events received since"
            columns={eventColumns(format, zone)}
            rows={found.events}
            rowKey={({ source, key }) => `${source} ${key}`}
          />
        </Section>
      )}
      {counts.lines > 0 && (
        <Section title="Lines that would be others" note={`in ${currency}`} flush="flush" testId="since-lines">
          <PlainTable
            caption="Lines that would be others"
            columns={lineColumns(format, currency)}
            rows={found.lines}
            rowKey={({ no, description }) => `${no} ${description}`}
          />
        </Section>
      )}
      {counts.later > 0 && (
        <Section title="Billed with later periods" note={`in ${currency}`} flush="flush" testId="since-later">
          <PlainTable
            caption="Billed with later periods"
            columns={laterColumns(format, currency)}
            rows={found.later}
            rowKey={({ first_day, description }) => `${first_day} ${description}`}
          />
        </Section>
      )}
      {counts.happened > 0 && (
        <Section title="What happened to it" testId="since-happened">
          <Timeline entries={found.happened} zone={zone} label="What happened to this invoice since it was issued" />
        </Section>
      )}
    </div>
  );
}

/** What changed since the invoice was issued: the difference of an invoice and today. */
export function SinceTab({ view }: { view: InvoiceView }) {
  const query = useInvoiceSince(view.row.invoice_id);
  return (
    <QueryView query={query} what="What changed since it was issued">
      {(found) => <Changes found={found} zone={view.zone ?? "UTC"} />}
    </QueryView>
  );
}
