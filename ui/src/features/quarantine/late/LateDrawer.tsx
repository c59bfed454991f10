import { Button } from "@mantine/core";
import { useAccess } from "@/app/access";
import { Code, DetailDrawer, type Fact, Facts, InvoiceLink, StatusBadge, TenantLink } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { LateRow } from "@/generated/bindings";
import { useMeterName } from "../../tenants/meter-name";
import classes from "../../usage/usage.module.css";

type Props = { row: LateRow | null; onClose: () => void; onDecide: (row: LateRow) => void };

function useFacts(row: LateRow | null): Fact[] {
  const format = useFormat();
  const nameOf = useMeterName();
  if (!row) return [];
  const facts: Fact[] = [{ name: "State", value: <StatusBadge status={row.state} /> }];
  if (row.tenant_id && row.tenant)
    facts.push({ name: "Tenant", value: <TenantLink tenantId={row.tenant_id} name={row.tenant} /> });
  if (row.meter) facts.push({ name: "Meter", value: nameOf(row.meter) });
  if (row.quantity) facts.push({ name: "Quantity", value: format.exactQuantity(row.quantity, row.unit ?? "") });
  if (row.classification) facts.push({ name: "Classification", value: wordsOf(row.classification) });
  if (row.occurred_at) facts.push({ name: "Occurred", value: `${format.moment(row.occurred_at, "UTC")} UTC` });
  facts.push({ name: "Arrived", value: `${format.moment(row.received_at, "UTC")} UTC` });
  if (row.period) facts.push({ name: "Of period", value: format.span(row.period) });
  if (row.invoice_id)
    facts.push({
      name: "Invoiced on",
      value: <InvoiceLink invoiceId={row.invoice_id} number={row.invoice_number} />,
    });
  facts.push({ name: "Source", value: row.source });
  if (row.key) facts.push({ name: "Key", value: <Code value={row.key} label="key" /> });
  if (row.decided_by) facts.push({ name: "Decided by", value: <bdi>{row.decided_by}</bdi> });
  if (row.decision_reason) facts.push({ name: "Because", value: <bdi>{row.decision_reason}</bdi> });
  return facts;
}

/** One late row: what it is, what it would change in money, and the way to decide. */
export function LateDrawer({ row, onClose, onDecide }: Props) {
  const format = useFormat();
  const { writable, why } = useAccess();
  const facts = useFacts(row);
  return (
    <DetailDrawer opened={row !== null} onClose={onClose} title="Late use" testId="late-drawer">
      {row && (
        <div className={classes.whole}>
          <div>
            <div className="dim">Proposed correction, net</div>
            {row.amount !== null && row.currency !== null ? (
              <strong className="tabular" style={{ fontSize: 24 }} data-figure={row.amount} data-testid="late-amount">
                {format.money(row.amount, row.currency)}
              </strong>
            ) : (
              <p style={{ margin: 0 }}>{row.refused ?? "Nothing is proposed."}</p>
            )}
            <p className="dim" style={{ margin: "4px 0 0" }}>
              {row.sentence}
            </p>
          </div>
          <Facts facts={facts} />
          {row.state === "waiting" && (
            <span>
              <Button
                onClick={() => onDecide(row)}
                disabled={!writable}
                title={why ?? undefined}
                data-testid="late-decide-one"
              >
                Decide
              </Button>
            </span>
          )}
        </div>
      )}
    </DetailDrawer>
  );
}
