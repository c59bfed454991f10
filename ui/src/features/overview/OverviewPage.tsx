import { Button } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { usePeriod } from "@/app/period";
import { useOverview } from "@/app/queries";
import { EmptyState, Page, PageHeader, QueryView } from "@/components";
import { useFormat } from "@/format";
import type { Overview } from "@/generated/bindings";
import { ImportLink } from "../import/ImportLink";
import { EventsPerDay } from "./EventsPerDay";
import { Flagged } from "./Flagged";
import { LevelCounts } from "./LevelCounts";
import { MonthlyUse } from "./MonthlyUse";
import { OverviewSkeleton } from "./OverviewSkeleton";
import { Owed } from "./Owed";
import classes from "./overview.module.css";
import { VerifyDialog } from "./VerifyDialog";

function Figures({ overview }: { overview: Overview }) {
  return (
    <div className={classes.grid}>
      <LevelCounts overview={overview} />
      <Owed owed={overview.owed} leftOut={overview.left_out} />
      <Flagged rows={overview.flagged} counts={overview.counts} />
      <EventsPerDay days={overview.days} />
      <MonthlyUse months={overview.months} />
    </div>
  );
}

/** Who is past 80 % and 100 % now, what they owe, and where the month is heading. */
export function OverviewPage() {
  const { at, month } = usePeriod();
  const query = useOverview(at);
  const format = useFormat();
  const [verifying, setVerifying] = useState(false);
  const { data } = query;
  const when = data && `${format.moment(data.as_of, "UTC")} UTC`;
  return (
    <Page>
      <PageHeader
        title="Overview"
        context={
          data &&
          `${month ? `End of ${format.month(month)}, read` : "As of"} ${when} · ${format.count(data.counts.tenants)} tenants with a subscription`
        }
        actions={
          <Button
            variant="default"
            leftSection={<IconShieldCheck size={15} />}
            onClick={() => setVerifying(true)}
            data-testid="verify-open"
          >
            Verify ledger
          </Button>
        }
      />
      <QueryView query={query} what="The overview" skeleton={<OverviewSkeleton />}>
        {(overview) =>
          overview.counts.tenants === 0 && overview.days.every(({ events }) => events === 0) ? (
            <EmptyState action={<ImportLink />}>
              Tenants past their limits and what they owe will be here once usage has been imported.
            </EmptyState>
          ) : (
            <Figures overview={overview} />
          )
        }
      </QueryView>
      <VerifyDialog opened={verifying} onClose={() => setVerifying(false)} />
    </Page>
  );
}
