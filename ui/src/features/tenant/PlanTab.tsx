import { IconCheck, IconMinus } from "@tabler/icons-react";
import { EmptyState, type PlainColumn, PlainTable, Section, StatusBadge, When } from "@/components";
import { lastDayBefore, useFormat, wordsOf } from "@/format";
import type { Feature, SubscriptionRow, TenantPage } from "@/generated/bindings";
import classes from "./tenant.module.css";

const FEATURES: PlainColumn<Feature>[] = [
  {
    head: "In the plan",
    width: 110,
    cell: ({ enabled }) => (
      <span className={enabled ? undefined : classes.off}>
        {enabled ? <IconCheck size={14} aria-hidden /> : <IconMinus size={14} aria-hidden />} {enabled ? "Yes" : "No"}
      </span>
    ),
  },
  { head: "Feature", cell: ({ name }) => <strong>{name}</strong> },
  { head: "What it is", cell: ({ description }) => description },
  { head: "Limit", cell: ({ limit }) => limit ?? <span className="dim">none</span> },
];

function Subscriptions({ page }: { page: TenantPage }) {
  const format = useFormat();
  const columns: PlainColumn<SubscriptionRow>[] = [
    { head: "Plan", cell: ({ plan, version }) => <strong>{`${plan} v${version}`}</strong> },
    { head: "Family", cell: ({ family }) => wordsOf(family) },
    { head: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
    {
      head: "Fee per period",
      align: "right",
      cell: ({ fee, currency }) => <span data-figure={fee}>{format.money(fee, currency)}</span>,
    },
    { head: "Since", cell: ({ started_at }) => <When at={started_at} zone={page.zone} show="day" /> },
    {
      head: "Until",
      cell: ({ ended_at }) =>
        ended_at ? <When at={ended_at} zone={page.zone} show="day" /> : <span className="dim">running</span>,
    },
    {
      head: "Running period",
      cell: ({ period_start, period_end }) =>
        period_start && period_end ? (
          <>
            <When at={period_start} zone={page.zone} show="day" /> to{" "}
            <When at={lastDayBefore(period_end)} zone={page.zone} show="day" />
          </>
        ) : (
          <span className="dim">none</span>
        ),
    },
    { head: "Anchor day", align: "right", cell: ({ anchor_day }) => anchor_day },
  ];
  return (
    <Section title="Subscriptions" flush="flush" testId="subscriptions">
      {page.subscriptions.length === 0 ? (
        <EmptyState>Subscriptions will be here once the tenant has one.</EmptyState>
      ) : (
        <PlainTable
          caption="Subscriptions"
          columns={columns}
          rows={page.subscriptions}
          rowKey={({ subscription_id }) => subscription_id}
        />
      )}
    </Section>
  );
}

export function PlanTab({ page }: { page: TenantPage }) {
  return (
    <div className={classes.stack}>
      <Subscriptions page={page} />
      <Section title="Features" flush="flush" testId="features">
        {page.features.length === 0 ? (
          <EmptyState>The features of the plan will be here once the tenant has a subscription.</EmptyState>
        ) : (
          <PlainTable caption="Features" columns={FEATURES} rows={page.features} rowKey={({ code }) => code} />
        )}
      </Section>
    </div>
  );
}
