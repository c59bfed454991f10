import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useMeters } from "@/app/queries";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import { unitLabel } from "@/format";
import type { EntryRequest, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";
import { mostUsed } from "./most-used";
import classes from "./tenant.module.css";

const FIELDS = ["meter", "quantity", "occurred_at", "reason", "corrects", "key"];

type Draft = {
  meter: string;
  quantity: string;
  occurred_at: string | null;
  source: string;
  key: string;
  reason: string;
};

/** The key is made once per form, so that a double click is one event. */
const newKey = () => `manual-${crypto.randomUUID()}`;

function requestOf(tenantId: string, key: string, draft: Draft): EntryRequest | null {
  const { meter, quantity, occurred_at, reason } = draft;
  if (!meter || !quantity.trim() || !reason.trim()) return null;
  const corrects = draft.key.trim() ? { source: draft.source.trim(), key: draft.key.trim() } : null;
  return { tenant_id: tenantId, meter, quantity: quantity.trim(), occurred_at, key, corrects, reason: reason.trim() };
}

type Props = { page: TenantPage; opened: boolean; onClose: () => void };

/** Manual entry of one use, or of a correction. */
export function EntryDialog({ page, opened, onClose }: Props) {
  const host = useHost();
  const { data: meters } = useMeters();
  const [key, setKey] = useState(newKey);
  const start: Draft = {
    meter: mostUsed(page),
    quantity: "",
    occurred_at: null,
    source: "",
    key: "",
    reason: "",
  };
  const [draft, setDraft] = useState(start);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const unit = meters?.find(({ meter }) => meter === draft.meter)?.unit;
  return (
    <ChangeDialog<EntryRequest>
      opened={opened}
      onClose={() => {
        setKey(newKey());
        setDraft(start);
        onClose();
      }}
      title="Enter usage"
      verb="Enter usage"
      testId="entry"
      fields={FIELDS}
      request={requestOf(page.tenant_id, key, draft)}
      preview={host.entryPreview}
      act={host.entryAct}
      form={(errorOf) => (
        <div className={classes.fields}>
          <Select
            label="Meter"
            data={meters?.map(({ meter, name }) => ({ value: meter, label: name })) ?? []}
            value={draft.meter}
            onChange={(meter) => change({ meter: meter ?? "" })}
            error={errorOf("meter")}
            required
            searchable
            data-testid="field-meter"
          />
          <TextInput
            label={unit ? `Quantity in ${unit}` : "Quantity"}
            description={unit && unitLabel(unit) === "min" ? "Seconds; screens show minutes." : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={draft.quantity}
            onChange={({ currentTarget }) => change({ quantity: currentTarget.value })}
            error={errorOf("quantity")}
            inputMode="decimal"
            required
            data-autofocus
            data-testid="field-quantity"
          />
          <ZonedField
            label="Occurred"
            zone={page.zone}
            placeholder="Now"
            value={draft.occurred_at}
            onChange={(occurred_at) => change({ occurred_at })}
            error={errorOf("occurred_at")}
          />
          <TextInput
            label="Corrects the event with key"
            placeholder="None"
            value={draft.key}
            onChange={({ currentTarget }) => change({ key: currentTarget.value })}
            error={errorOf("corrects") ?? errorOf("key")}
          />
          {draft.key && (
            <TextInput
              className={classes.wide}
              label="Source of that event"
              value={draft.source}
              onChange={({ currentTarget }) => change({ source: currentTarget.value })}
            />
          )}
          <div className={classes.wide}>
            <ReasonField value={draft.reason} onChange={(reason) => change({ reason })} error={errorOf("reason")} />
          </div>
        </div>
      )}
    />
  );
}
