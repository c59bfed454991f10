import { Button } from "@mantine/core";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { PageHeader, StatusBadge, TenantLink } from "@/components";
import { useFormat } from "@/format";
import type { InvoiceView } from "@/generated/bindings";
import { OpenDisputeDialog } from "../disputes/OpenDisputeDialog";
import { holdWord } from "../invoices/words";
import { ActDialog } from "./ActDialog";
import { ActionMenu } from "./ActionMenu";
import { type ActionName, primaryAction } from "./actions";
import { CreditDialog } from "./CreditDialog";
import classes from "./invoice.module.css";
import { PaymentDialog } from "./PaymentDialog";

function ContextLine({ view }: { view: InvoiceView }) {
  const format = useFormat();
  const { row, zone } = view;
  const parts = [
    row.period && `${format.span(row.period)}${zone ? `, ${zone}` : ""}`,
    row.plan,
    row.issue_day ? `issued ${format.day(row.issue_day)}` : "not issued yet",
    `as of ${format.moment(view.as_of, "UTC")} UTC`,
  ];
  return (
    <span className={classes.context}>
      <TenantLink tenantId={row.tenant_id} name={row.tenant} />
      <bdi>{parts.filter(Boolean).join(" · ")}</bdi>
    </span>
  );
}

/** The invoice's name, its state, and what may be done with it. */
export function InvoiceHeader({ view }: { view: InvoiceView | undefined }) {
  const { writable, why } = useAccess();
  const [opened, setOpened] = useState<ActionName | null>(null);
  const close = () => setOpened(null);
  const primary = view ? primaryAction(view) : null;
  return (
    <>
      <PageHeader
        title={view?.row.number ?? (view ? "Draft" : "Invoice")}
        context={view && <ContextLine view={view} />}
        badges={
          view && (
            <>
              <StatusBadge status={view.row.status} />
              {view.row.hold && <StatusBadge status="hold" label={holdWord(view.row.hold)} />}
              {view.row.origin === "imported" && <StatusBadge status="imported" />}
            </>
          )
        }
        actions={
          view && (
            <>
              <ActionMenu view={view} onChoose={setOpened} />
              {primary && (
                <Button
                  disabled={!writable}
                  title={why ?? undefined}
                  onClick={() => setOpened(primary.name)}
                  data-testid="invoice-primary"
                >
                  {primary.verb}
                </Button>
              )}
            </>
          )
        }
      />
      {view && (
        <>
          <ActDialog view={view} name={opened} onClose={close} />
          <PaymentDialog view={view} opened={opened === "pay"} onClose={close} />
          <CreditDialog view={view} opened={opened === "credit"} onClose={close} />
          <OpenDisputeDialog
            tenantId={view.row.tenant_id}
            invoice={view}
            event={null}
            opened={opened === "dispute"}
            onClose={close}
          />
        </>
      )}
    </>
  );
}
