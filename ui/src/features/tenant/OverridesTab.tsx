import { Code, EmptyState, LevelBadge, type PlainColumn, PlainTable, Section, StatusBadge, When } from "@/components";
import { useFormat } from "@/format";
import type { AlertRow, OverrideRow, TenantPage } from "@/generated/bindings";
import { useMeterName, useMeterUnit } from "../tenants/meter-name";
import classes from "./tenant.module.css";

function Overrides({ page }: { page: TenantPage }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const unitOf = useMeterUnit();
  const limit = (value: string | null, meter: string) => {
    if (value === null) return <span className="dim">as the plan says</span>;
    return (
      <span data-figure={value}>{value === "unlimited" ? "Unlimited" : format.quantity(value, unitOf(meter))}</span>
    );
  };
  const columns: PlainColumn<OverrideRow>[] = [
    {
      head: "State",
      cell: ({ active }) => (
        <StatusBadge status={active ? "active" : "ended"} label={active ? "In force" : "Not in force"} />
      ),
    },
    { head: "Meter", cell: ({ meter }) => nameOf(meter) },
    { head: "Included", align: "right", cell: ({ included, meter }) => limit(included, meter) },
    { head: "Cap", align: "right", cell: ({ cap, meter }) => limit(cap, meter) },
    { head: "From", cell: ({ valid_from }) => <When at={valid_from} zone={page.zone} /> },
    { head: "Until", cell: ({ valid_to }) => (valid_to ? <When at={valid_to} zone={page.zone} /> : "for good") },
    { head: "By", cell: ({ actor }) => actor },
    { head: "Reason", cell: ({ reason }) => <bdi>{reason}</bdi> },
  ];
  return (
    <Section title="Overrides" note="newest first" flush="flush" testId="overrides">
      {page.overrides.length === 0 ? (
        <EmptyState>Overrides of included quantities and caps will be here, each with who set it and why.</EmptyState>
      ) : (
        <PlainTable
          caption="Overrides"
          columns={columns}
          rows={page.overrides}
          rowKey={({ override_id }) => override_id}
        />
      )}
    </Section>
  );
}

function Alerts({ page }: { page: TenantPage }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const unitOf = useMeterUnit();
  const columns: PlainColumn<AlertRow>[] = [
    { head: "Level", cell: ({ level }) => <LevelBadge level={level} /> },
    { head: "Meter", cell: ({ meter }) => nameOf(meter) },
    { head: "Raised", cell: ({ raised_at }) => <When at={raised_at} zone={page.zone} /> },
    {
      head: "Use at the crossing",
      align: "right",
      cell: ({ used, base, meter }) => (
        <span data-figure={used}>
          {format.quantity(used, unitOf(meter))} of {format.quantity(base, unitOf(meter))}
        </span>
      ),
    },
    { head: "Crossed by", cell: ({ key }) => <Code value={key} label="key" /> },
    {
      head: "Recovered",
      cell: ({ recovered_at }) =>
        recovered_at ? <When at={recovered_at} zone={page.zone} /> : <span className="dim">not yet</span>,
    },
  ];
  return (
    <Section title="Alerts" note="newest first" flush="flush" testId="alerts">
      {page.alerts.length === 0 ? (
        <EmptyState>Alerts will be here when a meter reaches 80 % or 100 %.</EmptyState>
      ) : (
        <PlainTable
          caption="Alerts"
          columns={columns}
          rows={page.alerts}
          rowKey={({ meter, level, raised_at }) => `${meter}|${level}|${raised_at}`}
        />
      )}
    </Section>
  );
}

export function OverridesTab({ page }: { page: TenantPage }) {
  return (
    <div className={classes.stack}>
      <Overrides page={page} />
      <Alerts page={page} />
    </div>
  );
}
