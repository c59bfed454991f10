import { TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import type { GrantRequest, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "../tenant.module.css";

const FIELDS = ["name", "amount", "priority", "expires_at", "reason"];

type Draft = { name: string; amount: string; priority: string; expires_at: string | null; reason: string };

const START: Draft = { name: "Prepaid", amount: "", priority: "1", expires_at: null, reason: "" };

function requestOf(tenantId: string, draft: Draft): GrantRequest | null {
  const name = draft.name.trim();
  const amount = draft.amount.trim();
  const reason = draft.reason.trim();
  if (!name || !amount || !reason || !/^\d{1,6}$/.test(draft.priority)) return null;
  return {
    tenant_id: tenantId,
    name,
    amount,
    priority: Number(draft.priority),
    expires_at: draft.expires_at,
    reason,
  };
}

/** Prepaid credits for a tenant. */
export function GrantDialog({ page, opened, onClose }: { page: TenantPage; opened: boolean; onClose: () => void }) {
  const host = useHost();
  const [draft, setDraft] = useState(START);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  return (
    <ChangeDialog<GrantRequest>
      opened={opened}
      onClose={() => {
        setDraft(START);
        onClose();
      }}
      title="Grant prepaid credits"
      verb="Grant credits"
      testId="grant"
      fields={FIELDS}
      request={requestOf(page.tenant_id, draft)}
      preview={host.billing.grant.preview}
      act={host.billing.grant.act}
      form={(errorOf) => (
        <div className={classes.fields}>
          <TextInput
            label={`Amount in ${page.currency}`}
            value={draft.amount}
            onChange={({ currentTarget }) => change({ amount: currentTarget.value })}
            error={errorOf("amount")}
            inputMode="decimal"
            required
            data-autofocus
            data-testid="field-amount"
          />
          <TextInput
            label="Wallet"
            value={draft.name}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
            error={errorOf("name")}
            required
          />
          <TextInput
            label="Pays as number"
            value={draft.priority}
            onChange={({ currentTarget }) => change({ priority: currentTarget.value.replace(/\D/g, "") })}
            error={errorOf("priority")}
            inputMode="numeric"
          />
          <ZonedField
            label="Ends"
            zone={page.zone}
            placeholder="Never"
            value={draft.expires_at}
            onChange={(expires_at) => change({ expires_at })}
            error={errorOf("expires_at")}
          />
          <div className={classes.wide}>
            <ReasonField value={draft.reason} onChange={(reason) => change({ reason })} error={errorOf("reason")} />
          </div>
        </div>
      )}
    />
  );
}
