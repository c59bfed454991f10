import { DetailDrawer, Facts, InvoiceLink, LinkButton, TenantLink } from "@/components";
import { useFormat } from "@/format";
import type { DisputeRow } from "@/generated/bindings";
import { Deadline } from "./Deadline";
import { DisputeState } from "./DisputeState";
import classes from "./disputes.module.css";

/** A dispute at a glance, from the list, without leaving it. */
export function DisputeLook({ row, onClose }: { row: DisputeRow | null; onClose: () => void }) {
  const format = useFormat();
  return (
    <DetailDrawer opened={row !== null} onClose={onClose} title={row?.number ?? ""} testId="dispute-look">
      {row && (
        <div className={classes.stack}>
          <span>
            <DisputeState row={row} />
          </span>
          <p className={classes.claim}>
            <bdi>{row.claim}</bdi>
          </p>
          <Facts
            facts={[
              { name: "Tenant", value: <TenantLink tenantId={row.tenant_id} name={row.tenant} /> },
              { name: "Claimed", value: row.claimed === null ? "no amount" : format.money(row.claimed, row.currency) },
              { name: "Decide by", value: <Deadline row={row} /> },
              {
                name: "Invoice",
                value: row.invoice_id ? <InvoiceLink invoiceId={row.invoice_id} number={row.invoice_number} /> : "none",
              },
              {
                name: "Opened",
                value: <bdi>{`${format.minute(row.opened_at, "UTC")} UTC by ${row.opened_by}`}</bdi>,
              },
            ]}
          />
          <LinkButton to="/disputes/$disputeId" params={{ disputeId: row.dispute_id }} data-testid="dispute-look-open">
            Open dispute
          </LinkButton>
        </div>
      )}
    </DetailDrawer>
  );
}
