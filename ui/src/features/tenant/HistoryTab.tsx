import { useTenantMonths } from "@/app/queries";
import { EmptyState, type PlainColumn, PlainTable, QueryView, Section } from "@/components";
import { useFormat } from "@/format";
import type { LifetimeTotal, StorageTier, TenantPage } from "@/generated/bindings";
import { useMeterName, useMeterUnit } from "../tenants/meter-name";
import { Months } from "./Months";
import classes from "./tenant.module.css";

const TIERS: Record<string, string> = { STM: "Short-term", ITM: "Intermediate", LTM: "Long-term" };

function Storage({ tiers }: { tiers: readonly StorageTier[] }) {
  const format = useFormat();
  const columns: PlainColumn<StorageTier>[] = [
    { head: "Tier", cell: ({ tier }) => `${TIERS[tier] ?? tier} (${tier})` },
    { head: "Memories", align: "right", cell: ({ count }) => <span data-figure={count}>{format.count(count)}</span> },
    {
      head: "Held",
      align: "right",
      cell: ({ bytes }) => (
        <span data-figure={bytes} title={format.exactQuantity(bytes, "B")}>
          {format.size(bytes)}
        </span>
      ),
    },
    {
      head: "Mean size",
      align: "right",
      cell: ({ average }) => (average === null ? <span className="dim">none</span> : format.size(average)),
    },
  ];
  return (
    <Section title="Memory storage by tier" flush="flush" testId="storage">
      <PlainTable caption="Storage by tier" columns={columns} rows={tiers} rowKey={({ tier }) => tier} />
    </Section>
  );
}

function Lifetime({ totals }: { totals: readonly LifetimeTotal[] }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const unitOf = useMeterUnit();
  const columns: PlainColumn<LifetimeTotal>[] = [
    { head: "Meter", cell: ({ meter }) => nameOf(meter) },
    { head: "Events", align: "right", cell: ({ events }) => <span data-figure={events}>{format.count(events)}</span> },
    {
      head: "All use",
      align: "right",
      cell: ({ quantity, meter }) => (
        <span data-figure={quantity} title={format.exactQuantity(quantity, unitOf(meter))}>
          {format.quantity(quantity, unitOf(meter))}
        </span>
      ),
    },
    {
      head: "Billable",
      align: "right",
      cell: ({ billable, meter }) => (
        <span data-figure={billable} title={format.exactQuantity(billable, unitOf(meter))}>
          {format.quantity(billable, unitOf(meter))}
        </span>
      ),
    },
  ];
  return (
    <Section title="Since the beginning" flush="flush" testId="lifetime">
      {totals.length === 0 ? (
        <EmptyState>Totals will be here after the first event.</EmptyState>
      ) : (
        <PlainTable
          caption="Totals since the beginning"
          columns={columns}
          rows={totals}
          rowKey={({ meter }) => meter}
        />
      )}
    </Section>
  );
}

/** Twelve months, totals since the beginning, storage by tier. */
export function HistoryTab({ page }: { page: TenantPage }) {
  const query = useTenantMonths(page.tenant_id);
  return (
    <div className={classes.stack}>
      <QueryView query={query} what="The months">
        {(months) => <Months months={months} />}
      </QueryView>
      <Lifetime totals={page.lifetime} />
      {page.storage.length > 0 && <Storage tiers={page.storage} />}
    </div>
  );
}
