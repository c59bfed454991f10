import { DetailDrawer, Facts, LinkButton, StatusBadge, TenantLink } from "@/components";
import { plural, useFormat } from "@/format";
import type { InvoiceRow } from "@/generated/bindings";
import classes from "./invoices.module.css";
import { holdWord } from "./words";

/** An invoice at a glance, from the list, without leaving it. */
export function InvoiceLook({ row, onClose }: { row: InvoiceRow | null; onClose: () => void }) {
  const format = useFormat();
  return (
    <DetailDrawer opened={row !== null} onClose={onClose} title={row?.number ?? "Draft"} testId="invoice-look">
      {row && (
        <div className={classes.look}>
          <span className={classes.badges}>
            <StatusBadge status={row.status} />
            {row.hold && <StatusBadge status="hold" label={holdWord(row.hold)} />}
          </span>
          <Facts
            facts={[
              { name: "Tenant", value: <TenantLink tenantId={row.tenant_id} name={row.tenant} /> },
              { name: "Total", value: <strong>{format.money(row.total, row.currency)}</strong> },
              { name: "Open", value: format.money(row.open, row.currency) },
              { name: "Net", value: format.money(row.net, row.currency) },
              { name: "Tax", value: format.money(row.tax, row.currency) },
              { name: "Paid", value: format.money(row.paid, row.currency) },
              { name: "Credited", value: format.money(row.credited, row.currency) },
              { name: "Period", value: row.period ? format.span(row.period) : "none" },
              { name: "Plan", value: <bdi>{row.plan ?? "none"}</bdi> },
              { name: "Issued", value: row.issue_day ? format.day(row.issue_day) : "not yet" },
              {
                name: "Due",
                value: row.due_day
                  ? `${format.day(row.due_day)}${row.days_overdue === null ? "" : `, ${plural(row.days_overdue, format.count(row.days_overdue), "day", "days")} overdue`}`
                  : "not yet",
              },
            ]}
          />
          <LinkButton to="/invoices/$invoiceId" params={{ invoiceId: row.invoice_id }} data-testid="invoice-look-open">
            Open invoice
          </LinkButton>
        </div>
      )}
    </DetailDrawer>
  );
}
