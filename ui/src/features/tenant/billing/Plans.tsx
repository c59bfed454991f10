import { useState } from "react";
import { EmptyState, type PlainColumn, PlainTable, Section, When } from "@/components";
import { wordsOf } from "@/format";
import type { SubscriptionChange, SubscriptionRow, TenantPage } from "@/generated/bindings";
import { CancelDialog } from "./CancelDialog";
import { PlanChangeDialog } from "./PlanChangeDialog";
import { SectionButton } from "./SectionButton";

type Opened = { what: "plan" | "cancel"; subscription: SubscriptionRow } | null;

/** What happened to the tenant's subscriptions, and the ways to change those that run. */
export function Plans({ page, changes }: { page: TenantPage; changes: readonly SubscriptionChange[] }) {
  const [opened, setOpened] = useState<Opened>(null);
  const running = page.subscriptions.filter(({ ended_at, status }) => !ended_at && status !== "cancelled");
  const columns: PlainColumn<SubscriptionChange>[] = [
    { head: "From", cell: ({ at }) => <When at={at} zone={page.zone} /> },
    { head: "What", cell: ({ kind }) => wordsOf(kind) },
    { head: "Plan", cell: ({ plan }) => <bdi>{plan}</bdi> },
  ];
  return (
    <Section
      title="History of subscriptions"
      note="newest first"
      flush="flush"
      testId="subscription-history"
      actions={running.map((subscription) => (
        <span key={subscription.subscription_id}>
          {running.length > 1 && <bdi className="dim">{subscription.plan}: </bdi>}
          <SectionButton onClick={() => setOpened({ what: "plan", subscription })} testId="plan-change-open">
            Change plan
          </SectionButton>
          <SectionButton onClick={() => setOpened({ what: "cancel", subscription })} testId="cancel-open">
            Cancel subscription
          </SectionButton>
        </span>
      ))}
    >
      {changes.length === 0 ? (
        <EmptyState>Starts, plan changes and ends of subscriptions will be here.</EmptyState>
      ) : (
        <PlainTable
          caption="History of subscriptions"
          columns={columns}
          rows={changes}
          rowKey={({ subscription_id, at, kind }) => `${subscription_id}|${at}|${kind}`}
        />
      )}
      <PlanChangeDialog
        page={page}
        subscription={opened?.what === "plan" ? opened.subscription : null}
        onClose={() => setOpened(null)}
      />
      <CancelDialog
        page={page}
        subscription={opened?.what === "cancel" ? opened.subscription : null}
        onClose={() => setOpened(null)}
      />
    </Section>
  );
}
