import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { EmptyState, ErrorState, Page, PageHeader, ProgressLine } from "@/components";
import { plural, useFormat } from "@/format";
import type { Difference, Progress } from "@/generated/bindings";
import { useHost } from "@/host";
import { DifferenceTables } from "./tables";

const KEY = ["difference"];

function isEmpty({ counts, money }: Difference): boolean {
  const { events, counters, invoices, lines, statuses, problems, tenants_of_one } = counts;
  return events + counters + invoices + lines + statuses + problems + tenants_of_one + money.length === 0;
}

/** What changed between a snapshot and what is open. */
export function DifferencePage() {
  const host = useHost();
  const client = useQueryClient();
  const format = useFormat();
  const [progress, setProgress] = useState<Progress | null>(null);
  const { data: found = null } = useQuery<Difference | null>({
    queryKey: KEY,
    queryFn: () => client.getQueryData<Difference | null>(KEY) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const run = useMutation({
    mutationFn: () => host.snapshotDifference(),
    onSuccess: (difference) => difference && client.setQueryData(KEY, difference),
    onSettled: () => setProgress(null),
  });
  useEffect(
    () =>
      host.onOpening({ progress: setProgress, ended: () => setProgress(null), opened: () => {}, refused: () => {} }),
    [host],
  );
  const save = useMutation({
    mutationFn: () => host.saveDifference(),
    onSuccess: (saved) =>
      saved && notifications.show({ color: "green", title: "The difference was saved", message: saved.file }),
    onError: ({ code, message }) =>
      notifications.show({ color: "red", title: "Nothing was saved", message: `${message} (${code})` }),
  });
  const choose = (
    <Button onClick={() => run.mutate()} loading={run.isPending} data-testid="difference-choose">
      Compare with a snapshot
    </Button>
  );
  const side = (at: string) => `${format.moment(at, "UTC")} UTC`;
  return (
    <Page>
      <PageHeader
        title="Difference"
        context={
          found &&
          `${side(found.before.as_of)} and ${side(found.after.as_of)} · ${plural(
            found.counts.tenants_compared,
            format.count(found.counts.tenants_compared),
            "tenant",
            "tenants",
          )} compared`
        }
        actions={
          <>
            {found && (
              <Button
                variant="default"
                leftSection={<IconDownload size={14} />}
                onClick={() => save.mutate()}
                loading={save.isPending}
                data-testid="difference-save"
              >
                CSV
              </Button>
            )}
            {found && choose}
          </>
        }
      />
      {run.isPending && progress && (
        <ProgressLine progress={progress} label="Verifying the snapshot" testId="difference-progress" />
      )}
      {run.error && <ErrorState error={run.error} what="The difference" onRetry={() => run.mutate()} />}
      {!found && !run.error && (
        <EmptyState action={choose}>
          What changed between a snapshot and what is open: events, counters, invoices, lines, and the effect in money.
        </EmptyState>
      )}
      {found && isEmpty(found) && <EmptyState>Nothing differs between the two.</EmptyState>}
      {found && <DifferenceTables found={found} />}
    </Page>
  );
}
