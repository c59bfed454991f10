import { EmptyState, LinkButton, type PlainColumn, PlainTable, Section } from "@/components";
import { useFormat } from "@/format";
import type { DisputeItem, DisputeView } from "@/generated/bindings";
import { useMeterName } from "../tenants/meter-name";
import classes from "./disputes.module.css";

/** Where an item can be looked at: the explanation of a line, or the event in the ledger. */
function Open({ item, invoiceId }: { item: DisputeItem; invoiceId: string | null }) {
  const look = { variant: "subtle", size: "compact-xs" } as const;
  if (item.event) {
    const { tenant_id, source, key } = item.event;
    return (
      <LinkButton
        {...look}
        to="/usage"
        search={{ tenant_id, open_tenant: tenant_id, open_source: source, open_key: key }}
        aria-label={`Open event ${key}`}
      >
        Open event
      </LinkButton>
    );
  }
  if (invoiceId && item.line_no !== null)
    return (
      <LinkButton
        {...look}
        to="/invoices/$invoiceId"
        params={{ invoiceId }}
        search={{ explain: String(item.line_no) }}
        aria-label={`Explain line ${item.line_no}`}
      >
        Explain
      </LinkButton>
    );
  return null;
}

/** Lines and events in question. */
export function Items({ view }: { view: DisputeView }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const { row, items } = view;
  const columns: PlainColumn<DisputeItem>[] = [
    {
      head: "In question",
      cell: ({ line_no, line, event }) => (
        <div className={classes.two}>
          {event ? (
            <>
              <bdi className="mono">{event.key}</bdi>
              <span className={classes.sub}>
                Event · {nameOf(event.meter)} · {format.minute(event.occurred_at, event.zone)} {event.zone}
              </span>
            </>
          ) : (
            <>
              <bdi>{line}</bdi>
              <span className={classes.sub}>Line {line_no}</span>
            </>
          )}
        </div>
      ),
    },
    {
      head: "Amount or use",
      align: "right",
      cell: ({ amount, event }) =>
        event ? (
          <span data-figure={event.quantity} title={format.exactQuantity(event.quantity, event.unit)}>
            {format.quantity(event.quantity, event.unit)}
          </span>
        ) : (
          amount !== null && <span data-figure={amount}>{format.money(amount, row.currency)}</span>
        ),
    },
    { head: "What is wrong", cell: ({ note }) => <bdi>{note}</bdi> },
    { head: "Open", align: "right", cell: (item) => <Open item={item} invoiceId={row.invoice_id} /> },
  ];
  return (
    <Section title="Lines and events in question" flush="flush" testId="dispute-items">
      {items.length === 0 ? (
        <EmptyState>The claim is about the invoice as a whole: no line or event is named.</EmptyState>
      ) : (
        <PlainTable
          caption="Lines and events in question"
          columns={columns}
          rows={items}
          rowKey={({ no }) => String(no)}
        />
      )}
    </Section>
  );
}
