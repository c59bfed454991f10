import { Button, Tooltip } from "@mantine/core";
import { IconAdjustments, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { usePeriod } from "@/app/period";
import { LevelBadge, PageHeader, StatusBadge } from "@/components";
import { useFormat } from "@/format";
import type { TenantPage } from "@/generated/bindings";
import { EntryDialog } from "./EntryDialog";
import { OverrideDialog } from "./OverrideDialog";

type Opened = "entry" | "override" | null;

function useContextLine(page: TenantPage | undefined): string | undefined {
  const format = useFormat();
  const { month } = usePeriod();
  if (!page) return undefined;
  const parts = [
    `${month ? `End of ${format.month(month)}, read` : "As of"} ${format.moment(page.as_of, page.zone)} ${page.zone}`,
    page.country,
    page.currency,
    page.outside_id,
    page.email,
  ];
  return parts.filter(Boolean).join(" · ");
}

export function TenantHeader({ page }: { page: TenantPage | undefined }) {
  const context = useContextLine(page);
  const { writable, why } = useAccess();
  const [opened, setOpened] = useState<Opened>(null);
  const status = page?.subscriptions[0]?.status ?? "none";
  const close = () => setOpened(null);
  return (
    <>
      <PageHeader
        title={<bdi>{page?.name ?? "Tenant"}</bdi>}
        context={context}
        badges={
          page && (
            <>
              <LevelBadge level={page.level} />
              <StatusBadge status={status} />
            </>
          )
        }
        actions={
          page && (
            <Tooltip label={why} disabled={!why}>
              <span style={{ display: "flex", gap: 8 }}>
                <Button
                  variant="default"
                  leftSection={<IconAdjustments size={15} />}
                  onClick={() => setOpened("override")}
                  disabled={!writable}
                  data-testid="override-open"
                >
                  Set override
                </Button>
                <Button
                  leftSection={<IconPlus size={15} />}
                  onClick={() => setOpened("entry")}
                  disabled={!writable}
                  data-testid="entry-open"
                >
                  Enter usage
                </Button>
              </span>
            </Tooltip>
          )
        }
      />
      {page && <EntryDialog page={page} opened={opened === "entry"} onClose={close} />}
      {page && <OverrideDialog page={page} opened={opened === "override"} onClose={close} />}
    </>
  );
}
