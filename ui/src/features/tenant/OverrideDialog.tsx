import { Select } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import type { OverrideRequest, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";
import { type AllowanceDraft, AllowanceField, allowanceOf } from "./AllowanceField";
import { mostUsed } from "./most-used";
import classes from "./tenant.module.css";

const FIELDS = ["meter", "included", "cap", "valid_from", "valid_to", "reason"];

type Draft = {
  meter: string;
  included: AllowanceDraft;
  cap: AllowanceDraft;
  valid_from: string | null;
  valid_to: string | null;
  reason: string;
};

const AS_PLANNED: AllowanceDraft = { mode: "plan", quantity: "" };

function requestOf(tenantId: string, draft: Draft): OverrideRequest | null {
  const included = allowanceOf(draft.included);
  const cap = allowanceOf(draft.cap);
  if (!draft.meter || !draft.reason.trim() || (included === null && cap === null) || included === "" || cap === "")
    return null;
  const { meter, valid_from, valid_to } = draft;
  return { tenant_id: tenantId, meter, included, cap, valid_from, valid_to, reason: draft.reason.trim() };
}

type Props = { page: TenantPage; opened: boolean; onClose: () => void };

/** Changes what is included or the cap of one meter, for a time. */
export function OverrideDialog({ page, opened, onClose }: Props) {
  const host = useHost();
  const start: Draft = {
    meter: mostUsed(page),
    included: { mode: "quantity", quantity: "" },
    cap: AS_PLANNED,
    valid_from: null,
    valid_to: null,
    reason: "",
  };
  const [draft, setDraft] = useState(start);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const unit = page.meters.find(({ meter }) => meter === draft.meter)?.unit ?? "";
  return (
    <ChangeDialog<OverrideRequest>
      opened={opened}
      onClose={() => {
        setDraft(start);
        onClose();
      }}
      title="Set override"
      verb="Set override"
      testId="override"
      fields={FIELDS}
      request={requestOf(page.tenant_id, draft)}
      preview={host.overridePreview}
      act={host.overrideAct}
      form={(errorOf) => (
        <div className={classes.fields}>
          <Select
            className={classes.wide}
            label="Meter"
            data={page.meters.map(({ meter, name }) => ({ value: meter, label: name }))}
            value={draft.meter}
            onChange={(meter) => change({ meter: meter ?? "" })}
            error={errorOf("meter")}
            required
            data-testid="field-meter"
          />
          <div className={classes.wide}>
            <AllowanceField
              label="Included"
              unit={unit}
              value={draft.included}
              onChange={(included) => change({ included })}
              error={errorOf("included")}
              testId="field-included"
            />
          </div>
          <div className={classes.wide}>
            <AllowanceField
              label="Cap"
              unit={unit}
              value={draft.cap}
              onChange={(cap) => change({ cap })}
              error={errorOf("cap")}
              testId="field-cap"
            />
          </div>
          <ZonedField
            label="From"
            zone={page.zone}
            placeholder="Now"
            value={draft.valid_from}
            onChange={(valid_from) => change({ valid_from })}
            error={errorOf("valid_from")}
          />
          <ZonedField
            label="Until"
            zone={page.zone}
            placeholder="For good"
            value={draft.valid_to}
            onChange={(valid_to) => change({ valid_to })}
            error={errorOf("valid_to")}
          />
          <div className={classes.wide}>
            <ReasonField value={draft.reason} onChange={(reason) => change({ reason })} error={errorOf("reason")} />
          </div>
        </div>
      )}
    />
  );
}
