import { Code, EmptyState, LinkButton, type PlainColumn, PlainTable, Section, When } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { EventRow, TenantPage } from "@/generated/bindings";
import { useMeterName } from "../tenants/meter-name";

/** The last ten events. */
export function RecentEvents({ page }: { page: TenantPage }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const columns: PlainColumn<EventRow>[] = [
    { head: "Occurred", cell: ({ occurred_at, zone }) => <When at={occurred_at} zone={zone} show="second" /> },
    { head: "Meter", cell: ({ meter }) => nameOf(meter) },
    {
      head: "Quantity",
      align: "right",
      cell: ({ quantity, unit }) => (
        <span data-figure={quantity} title={format.exactQuantity(quantity, unit)}>
          {format.quantity(quantity, unit)}
        </span>
      ),
    },
    { head: "Classification", cell: ({ classification }) => wordsOf(classification) },
    { head: "Billable", cell: ({ billable }) => (billable ? "Yes" : "No") },
    { head: "Source", cell: ({ source }) => source },
    { head: "Key", cell: ({ key }) => <Code value={key} label="key" /> },
    {
      head: "Open",
      align: "right",
      cell: ({ tenant_id, source, key }) => (
        <LinkButton
          to="/usage"
          search={{ tenant_id, open_tenant: tenant_id, open_source: source, open_key: key }}
          variant="subtle"
          size="compact-xs"
          aria-label={`Open event ${key}`}
        >
          Open
        </LinkButton>
      ),
    },
  ];
  return (
    <Section
      title="Recent events"
      flush="flush"
      testId="recent-events"
      actions={
        <LinkButton to="/usage" search={{ tenant_id: page.tenant_id }} variant="subtle" size="compact-xs">
          All events
        </LinkButton>
      }
    >
      {page.recent.length === 0 ? (
        <EmptyState>The last events will be here after the first import or entry.</EmptyState>
      ) : (
        <PlainTable
          caption="Recent events"
          columns={columns}
          rows={page.recent}
          rowKey={({ source, key }) => `${source}|${key}`}
        />
      )}
    </Section>
  );
}
