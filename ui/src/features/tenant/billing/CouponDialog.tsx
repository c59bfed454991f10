import { Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import type { CouponRequest, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "../tenant.module.css";

const FIELDS = ["code", "meter", "percent_off", "amount_off", "valid_from", "valid_to", "reason"];

type Draft = {
  code: string;
  meter: string;
  kind: "percent" | "amount";
  off: string;
  valid_from: string | null;
  valid_to: string | null;
  reason: string;
};

const START: Draft = {
  code: "",
  meter: "",
  kind: "percent",
  off: "",
  valid_from: null,
  valid_to: null,
  reason: "",
};

function requestOf(tenantId: string, draft: Draft): CouponRequest | null {
  const code = draft.code.trim();
  const off = draft.off.trim();
  const reason = draft.reason.trim();
  if (!code || !off || !reason) return null;
  const { meter, kind, valid_from, valid_to } = draft;
  return {
    tenant_id: tenantId,
    code,
    meter: meter || null,
    percent_off: kind === "percent" ? off : null,
    amount_off: kind === "amount" ? off : null,
    valid_from,
    valid_to,
    reason,
  };
}

/** A discount on the invoice or on the lines of one meter, for a time. */
export function CouponDialog({ page, opened, onClose }: { page: TenantPage; opened: boolean; onClose: () => void }) {
  const host = useHost();
  const [draft, setDraft] = useState(START);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  return (
    <ChangeDialog<CouponRequest>
      opened={opened}
      onClose={() => {
        setDraft(START);
        onClose();
      }}
      title="Give discount"
      verb="Give discount"
      testId="coupon"
      fields={FIELDS}
      request={requestOf(page.tenant_id, draft)}
      preview={host.billing.coupon.preview}
      act={host.billing.coupon.act}
      form={(errorOf) => (
        <div className={classes.fields}>
          <TextInput
            label="What the invoice calls it"
            value={draft.code}
            onChange={({ currentTarget }) => change({ code: currentTarget.value })}
            error={errorOf("code")}
            required
            data-autofocus
            data-testid="field-code"
          />
          <Select
            label="On"
            data={[
              { value: "", label: "The whole invoice" },
              ...page.meters.map(({ meter, name }) => ({ value: meter, label: `Lines of ${name}` })),
            ]}
            value={draft.meter}
            onChange={(meter) => change({ meter: meter ?? "" })}
            error={errorOf("meter")}
            allowDeselect={false}
          />
          <Group gap={8} align="flex-end" wrap="nowrap" className={classes.wide}>
            <TextInput
              label={draft.kind === "percent" ? "Percent off" : `Amount off per invoice in ${page.currency}`}
              value={draft.off}
              onChange={({ currentTarget }) => change({ off: currentTarget.value })}
              error={errorOf("percent_off") ?? errorOf("amount_off")}
              inputMode="decimal"
              required
              flex={1}
              data-testid="field-off"
            />
            <SegmentedControl
              size="xs"
              aria-label="Kind of discount"
              data={[
                { value: "percent", label: "Percent" },
                { value: "amount", label: "Amount" },
              ]}
              value={draft.kind}
              onChange={(kind) => change({ kind: kind as Draft["kind"] })}
            />
          </Group>
          <ZonedField
            label="Periods that start from"
            zone={page.zone}
            placeholder="Now"
            value={draft.valid_from}
            onChange={(valid_from) => change({ valid_from })}
            error={errorOf("valid_from")}
          />
          <ZonedField
            label="And before"
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
