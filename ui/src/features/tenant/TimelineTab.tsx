import { Button } from "@mantine/core";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { useTenantTimeline } from "@/app/queries";
import { EmptyState, QueryView, Section, Timeline } from "@/components";
import type { TenantPage } from "@/generated/bindings";
import { OpenDisputeDialog } from "../disputes/OpenDisputeDialog";
import { TenantNoteDialog } from "./TenantNoteDialog";
import classes from "./tenant.module.css";

/** Everything that happened to a tenant in one line of time, newest first. */
export function TimelineTab({ page }: { page: TenantPage }) {
  const query = useTenantTimeline(page.tenant_id);
  const { writable, why, beside } = useAccess();
  const [opened, setOpened] = useState<"note" | "dispute" | null>(null);
  const close = () => setOpened(null);
  return (
    <Section
      title="Timeline"
      note="newest first"
      testId="tenant-timeline"
      actions={
        <>
          <Button
            variant="subtle"
            size="compact-xs"
            disabled={!writable}
            title={why ?? undefined}
            onClick={() => setOpened("dispute")}
            data-testid="tenant-dispute-open"
          >
            Open dispute
          </Button>
          <Button
            variant="subtle"
            size="compact-xs"
            disabled={!writable && !beside}
            title={beside ? undefined : (why ?? undefined)}
            onClick={() => setOpened("note")}
            data-testid="tenant-note-open"
          >
            Add note
          </Button>
        </>
      }
    >
      <QueryView query={query} what="The timeline">
        {({ pages }) => {
          const rows = pages.flatMap((part) => part.rows);
          if (rows.length === 0)
            return (
              <EmptyState>
                Subscriptions, invoices, payments, alerts, overrides, disputes and notes will be here.
              </EmptyState>
            );
          return (
            <div className={classes.stack}>
              <Timeline entries={rows} zone={page.zone} label="What happened to this tenant" />
              {query.hasNextPage && (
                <span>
                  <Button
                    variant="default"
                    size="compact-sm"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                    data-testid="timeline-more"
                  >
                    Load earlier
                  </Button>
                </span>
              )}
            </div>
          );
        }}
      </QueryView>
      <TenantNoteDialog tenantId={page.tenant_id} opened={opened === "note"} onClose={close} />
      <OpenDisputeDialog
        tenantId={page.tenant_id}
        invoice={null}
        event={null}
        opened={opened === "dispute"}
        onClose={close}
      />
    </Section>
  );
}
