import { EmptyState, Facts, Section, StatusBadge, When } from "@/components";
import { lastDayBefore, useFormat, wordsOf } from "@/format";
import type { TenantPage } from "@/generated/bindings";
import classes from "./tenant.module.css";

/** Plans and their running periods, short. */
export function Periods({ page }: { page: TenantPage }) {
  const format = useFormat();
  const running = page.subscriptions.filter(({ ended_at }) => ended_at === null);
  return (
    <Section title={running.length === 1 ? "Plan" : "Plans"} testId="plans">
      {running.length === 0 ? (
        <EmptyState>No subscription is running.</EmptyState>
      ) : (
        <div className={classes.stack}>
          {running.map((row) => (
            <Facts
              key={row.subscription_id}
              facts={[
                { name: wordsOf(row.family), value: <strong>{`${row.plan} v${row.version}`}</strong> },
                { name: "Status", value: <StatusBadge status={row.status} /> },
                { name: "Fee", value: <span data-figure={row.fee}>{format.money(row.fee, row.currency)}</span> },
                {
                  name: "Period",
                  value:
                    row.period_start && row.period_end ? (
                      <>
                        <When at={row.period_start} zone={page.zone} show="day" /> to{" "}
                        <When at={lastDayBefore(row.period_end)} zone={page.zone} show="day" />
                      </>
                    ) : (
                      "none is open"
                    ),
                },
              ]}
            />
          ))}
        </div>
      )}
    </Section>
  );
}
