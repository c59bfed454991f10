import { Checkbox, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, DayField } from "@/components";
import { useFormat } from "@/format";
import type { DisputeRequest, EventRef, InvoiceView } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "./disputes.module.css";
import { EventRefs } from "./EventRefs";

const FIELDS = ["claim", "claimed", "deadline", "lines", "events"];

type Draft = { claim: string; claimed: string; deadline: string | null; lines: number[]; events: EventRef[] };

function requestOf(tenantId: string, invoiceId: string | null, draft: Draft): DisputeRequest | null {
  const claim = draft.claim.trim();
  const events = draft.events.filter(({ source, key }) => source.trim() && key.trim());
  if (!claim) return null;
  return { ...draft, tenant_id: tenantId, invoice_id: invoiceId, claim, claimed: draft.claimed.trim() || null, events };
}

type Props = {
  tenantId: string;
  /** The invoice that it is about; none for a claim about the tenant's use as such. */
  invoice: InvoiceView | null;
  /** An event that the person came from. */
  event: EventRef | null;
  opened: boolean;
  onClose: () => void;
};

/** A new case: what the tenant says, what it claims back, by when it must be decided, what is in question. */
export function OpenDisputeDialog({ tenantId, invoice, event, opened, onClose }: Props) {
  const host = useHost();
  const format = useFormat();
  const start: Draft = { claim: "", claimed: "", deadline: null, lines: [], events: event ? [event] : [] };
  const [draft, setDraft] = useState(start);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const { lines } = draft;
  return (
    <ChangeDialog<DisputeRequest>
      opened={opened}
      onClose={() => {
        setDraft(start);
        onClose();
      }}
      title={invoice ? `Open dispute about ${invoice.row.number ?? "this invoice"}` : "Open dispute"}
      verb="Open dispute"
      testId="dispute-open"
      size={680}
      fields={FIELDS}
      request={requestOf(tenantId, invoice?.row.invoice_id ?? null, draft)}
      preview={host.billing.disputeOpen.preview}
      act={host.billing.disputeOpen.act}
      form={(errorOf) => (
        <div className={classes.fields}>
          <Textarea
            className={classes.wide}
            label="What the tenant says"
            value={draft.claim}
            onChange={({ currentTarget }) => change({ claim: currentTarget.value })}
            error={errorOf("claim")}
            autosize
            minRows={2}
            maxRows={8}
            required
            data-autofocus
            data-testid="field-claim"
          />
          <TextInput
            label={invoice ? `Claimed back in ${invoice.row.currency}` : "Claimed back, in the tenant’s currency"}
            placeholder="No amount"
            value={draft.claimed}
            onChange={({ currentTarget }) => change({ claimed: currentTarget.value })}
            error={errorOf("claimed")}
            inputMode="decimal"
            data-testid="field-claimed"
          />
          <DayField
            label="Decide by"
            placeholder="No deadline"
            value={draft.deadline}
            onChange={(deadline) => change({ deadline })}
            error={errorOf("deadline")}
          />
          {invoice && invoice.lines.length > 0 && (
            <fieldset className={`${classes.wide} ${classes.choice}`}>
              <legend>Lines in question</legend>
              {invoice.lines.map(({ no, description, amount }) => (
                <div key={no} className={classes.choiceRow}>
                  <Checkbox
                    checked={lines.includes(no)}
                    onChange={({ currentTarget }) =>
                      change({
                        lines: currentTarget.checked ? [...lines, no] : lines.filter((other) => other !== no),
                      })
                    }
                    label={<bdi>{description}</bdi>}
                    data-testid={`dispute-line-${no}`}
                  />
                  <span className="tabular dim" data-figure={amount}>
                    {format.amount(amount)}
                  </span>
                </div>
              ))}
            </fieldset>
          )}
          <div className={classes.wide}>
            <EventRefs value={draft.events} onChange={(events) => change({ events })} error={errorOf("events")} />
          </div>
        </div>
      )}
    />
  );
}
