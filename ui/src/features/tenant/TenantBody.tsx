import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { TenantPage } from "@/generated/bindings";
import { BillingTab } from "./billing/BillingTab";
import { HistoryTab } from "./HistoryTab";
import { LevelBanner } from "./LevelBanner";
import { OverridesTab } from "./OverridesTab";
import { PlanTab } from "./PlanTab";
import { SubjectsTab } from "./SubjectsTab";
import { TimelineTab } from "./TimelineTab";
import { UsageTab } from "./UsageTab";

const TABS = [
  { id: "usage", name: "Usage" },
  { id: "history", name: "History" },
  { id: "billing", name: "Billing" },
  { id: "overrides", name: "Overrides and alerts" },
  { id: "plan", name: "Plan and features" },
  { id: "subjects", name: "Subjects" },
  { id: "timeline", name: "Timeline" },
] as const;

export function TenantBody({ page }: { page: TenantPage }) {
  const { tab } = useSearch({ from: "/tenants/$tenantId" });
  const navigate = useNavigate({ from: "/tenants/$tenantId" });
  const active = TABS.find(({ id }) => id === tab)?.id ?? "usage";
  return (
    <>
      <LevelBanner page={page} />
      <Tabs
        value={active}
        onChange={(next) => void navigate({ search: (old) => ({ ...old, tab: next ?? undefined }), replace: true })}
      >
        <Tabs.List mb={12}>
          {TABS.map(({ id, name }) => (
            <Tabs.Tab key={id} value={id} data-testid={`tab-${id}`}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="usage">
          <UsageTab page={page} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryTab page={page} />
        </Tabs.Panel>
        <Tabs.Panel value="billing">
          <BillingTab page={page} />
        </Tabs.Panel>
        <Tabs.Panel value="overrides">
          <OverridesTab page={page} />
        </Tabs.Panel>
        <Tabs.Panel value="plan">
          <PlanTab page={page} />
        </Tabs.Panel>
        <Tabs.Panel value="subjects">
          <SubjectsTab page={page} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <TimelineTab page={page} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
