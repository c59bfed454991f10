import { Button } from "@mantine/core";
import { IconGavel, IconNote } from "@tabler/icons-react";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { PageHeader, TenantLink } from "@/components";
import { useFormat } from "@/format";
import type { DisputeView } from "@/generated/bindings";
import { SavePack } from "../invoice/SavePack";
import { DecideDisputeDialog } from "./DecideDisputeDialog";
import { DisputeState } from "./DisputeState";
import classes from "./disputes.module.css";
import { NoteDialog } from "./NoteDialog";

function ContextLine({ view }: { view: DisputeView }) {
  const format = useFormat();
  const { row } = view;
  const deadline =
    row.deadline && `to be decided by ${format.day(row.deadline)}${row.is_late ? ", which has passed" : ""}`;
  const parts = [
    row.status === "decided" ? null : deadline,
    `opened ${format.dayOf(row.opened_at, "UTC")} by ${row.opened_by}`,
    `as of ${format.moment(view.as_of, "UTC")} UTC`,
  ];
  return (
    <span className={classes.context}>
      <TenantLink tenantId={row.tenant_id} name={row.tenant} />
      <bdi>{parts.filter(Boolean).join(" · ")}</bdi>
    </span>
  );
}

/** The case's name and state, and what may be done with it. */
export function DisputeHeader({ view }: { view: DisputeView | undefined }) {
  const { writable, why } = useAccess();
  const [opened, setOpened] = useState<"note" | "decide" | null>(null);
  const close = () => setOpened(null);
  const undecided = view?.row.status !== "decided";
  return (
    <>
      <PageHeader
        title={view?.row.number ?? "Dispute"}
        context={view && <ContextLine view={view} />}
        badges={view && <DisputeState row={view.row} />}
        actions={
          view && (
            <>
              {view.row.invoice_id && <SavePack invoiceId={view.row.invoice_id} disputeId={view.row.dispute_id} />}
              <Button
                variant="default"
                leftSection={<IconNote size={14} />}
                disabled={!writable || !undecided}
                title={why ?? (undecided ? undefined : "This dispute is decided: it never changes.")}
                onClick={() => setOpened("note")}
                data-testid="dispute-note-open"
              >
                Add note
              </Button>
              {undecided && (
                <Button
                  leftSection={<IconGavel size={14} />}
                  disabled={!writable}
                  title={why ?? undefined}
                  onClick={() => setOpened("decide")}
                  data-testid="dispute-decide-open"
                >
                  Decide
                </Button>
              )}
            </>
          )
        }
      />
      {view && (
        <>
          <NoteDialog view={view} opened={opened === "note"} onClose={close} />
          <DecideDisputeDialog view={view} opened={opened === "decide"} onClose={close} />
        </>
      )}
    </>
  );
}
