import { type PlainColumn, PlainTable, Section, StatusBadge, TenantLink } from "@/components";
import { useFormat } from "@/format";
import type { RunRow } from "@/generated/bindings";
import classes from "./invoices.module.css";

const OUTCOMES: Record<string, { label: string; status: string }> = {
  error: { label: "Cannot be billed", status: "refused" },
  brake: { label: "Stopped by the brake", status: "hold" },
  approval: { label: "Waits for approval", status: "hold" },
  finalize: { label: "Finalize", status: "finalized" },
  draft: { label: "Draft", status: "draft" },
};

/** Periods of a run: errors, brakes and approvals first, then the highest totals. */
export function RunRows({ rows, title, note }: { rows: readonly RunRow[]; title: string; note: string }) {
  const format = useFormat();
  const columns: PlainColumn<RunRow>[] = [
    {
      head: "Outcome",
      cell: ({ outcome }) => {
        const known = OUTCOMES[outcome];
        return <StatusBadge status={known?.status ?? outcome} label={known?.label ?? outcome} />;
      },
    },
    {
      head: "Tenant",
      width: "28%",
      cell: ({ tenant_id, tenant }) => (
        <div className={classes.nameCell}>
          <TenantLink tenantId={tenant_id} name={tenant} />
        </div>
      ),
    },
    { head: "Period", cell: ({ period }) => <span className={classes.nowrap}>{format.span(period)}</span> },
    {
      head: "Total",
      align: "right",
      cell: ({ total, currency }) =>
        total === null ? (
          <span className="dim">none</span>
        ) : (
          <span className={classes.nowrap} data-figure={total}>
            {format.money(total, currency)}
          </span>
        ),
    },
    { head: "Why", width: "32%", cell: ({ message }) => <bdi>{message}</bdi> },
  ];
  if (rows.length === 0) return null;
  return (
    <Section title={title} note={note} flush="flush" testId="run-rows">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard */}
      <section className={classes.rows} tabIndex={0} aria-label={title}>
        <PlainTable
          caption={title}
          columns={columns}
          rows={rows}
          rowKey={({ tenant_id, period }) => `${tenant_id}|${period.from}|${period.to}`}
          rowTestId={({ tenant_id }) => `run-row-${tenant_id}`}
        />
      </section>
    </Section>
  );
}
