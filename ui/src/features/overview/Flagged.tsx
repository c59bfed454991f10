import { useNavigate } from "@tanstack/react-router";
import {
  EmptyState,
  LevelBadge,
  LinkButton,
  type PlainColumn,
  PlainTable,
  Section,
  TenantLink,
  UsageBar,
} from "@/components";
import { isZero, useFormat } from "@/format";
import type { LevelCounts, TenantRow } from "@/generated/bindings";
import { useMeterName } from "../tenants/meter-name";
import classes from "./overview.module.css";

/** Tenants past 80 %, the highest first. */
export function Flagged({ rows, counts }: { rows: readonly TenantRow[]; counts: LevelCounts }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const navigate = useNavigate();
  const columns: PlainColumn<TenantRow>[] = [
    {
      head: "Tenant",
      width: "30%",
      cell: ({ tenant_id, name }) => (
        <div className={classes.nameCell}>
          <TenantLink tenantId={tenant_id} name={name} />
        </div>
      ),
    },
    { head: "Level", cell: ({ level }) => <LevelBadge level={level} /> },
    { head: "Meter", cell: ({ meters }) => (meters[0] ? nameOf(meters[0].meter) : "") },
    {
      head: "Use",
      align: "right",
      cell: ({ percent }) => <span data-figure={percent ?? ""}>{percent ? format.percent(percent) : "none"}</span>,
    },
    {
      head: "Of what is included",
      width: 220,
      cell: ({ meters: [top] }) =>
        top && (
          <div className={classes.bar}>
            <UsageBar {...top} figure={format.compact(top.used)} label={nameOf(top.meter)} variant="cell" />
          </div>
        ),
    },
    { head: "Plan", cell: ({ plan }) => plan ?? "" },
    {
      head: "Overage",
      align: "right",
      cell: ({ overage, currency }) =>
        isZero(overage) ? (
          <span className="dim">none</span>
        ) : (
          <span data-figure={overage}>{format.money(overage, currency)}</span>
        ),
    },
  ];
  const flagged = counts.warning + counts.alert;
  return (
    <Section
      title="Past 80 %"
      note={flagged > rows.length ? `The first ${format.count(rows.length)} of ${format.count(flagged)}` : undefined}
      flush="flush"
      testId="overview-flagged"
      actions={
        <LinkButton to="/tenants" variant="subtle" size="compact-xs">
          All tenants
        </LinkButton>
      }
    >
      {rows.length === 0 ? (
        <EmptyState>No tenant is past 80 % of what its plan includes.</EmptyState>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
        <section className={classes.flagged} tabIndex={0} aria-label="Tenants past 80 %">
          <PlainTable
            caption="Tenants past 80 %"
            columns={columns}
            rows={rows}
            rowKey={({ tenant_id }) => tenant_id}
            rowTestId={({ tenant_id }) => `flagged-${tenant_id}`}
            onOpen={({ tenant_id }) => void navigate({ to: "/tenants/$tenantId", params: { tenantId: tenant_id } })}
          />
        </section>
      )}
    </Section>
  );
}
