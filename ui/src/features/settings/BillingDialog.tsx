import { TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, PartyForm, ReasonField } from "@/components";
import type { BillingSettings, SettingsRequest } from "@/generated/bindings";
import { useHost } from "@/host";
import { Accounts } from "./Accounts";
import classes from "./settings.module.css";

const FIELDS = [
  "name",
  "email",
  "address",
  "country",
  "tax_id",
  "zone",
  "invoice_series",
  "credit_series",
  "terms_days",
  "grace_days",
  "note",
  "approval_from",
  "brake_factor",
  "brake_from",
  "accounts",
  "reason",
];

function daysOf(text: string): number {
  return Number(text.replace(/\D/g, "").slice(0, 4) || "0");
}

type Props = { settings: BillingSettings; opened: boolean; onClose: () => void };

/** Changes what holds for all tenants, from the next invoice on. */
export function BillingDialog({ settings, opened, onClose }: Props) {
  const host = useHost();
  const [edited, setEdited] = useState<BillingSettings | null>(null);
  const [reason, setReason] = useState("");
  const draft = edited ?? settings;
  const change = (part: Partial<BillingSettings>) => setEdited({ ...draft, ...part });
  const request: SettingsRequest | null = edited && reason.trim() ? { settings: draft, reason: reason.trim() } : null;
  return (
    <ChangeDialog<SettingsRequest>
      opened={opened}
      onClose={() => {
        setEdited(null);
        setReason("");
        onClose();
      }}
      title="Change billing settings"
      verb="Change settings"
      testId="settings-dialog"
      size={720}
      fields={FIELDS}
      request={request}
      preview={host.billing.settings.preview}
      act={host.billing.settings.act}
      form={(errorOf) => {
        const text = (
          name: "zone" | "invoice_series" | "credit_series" | "brake_factor" | "brake_from",
          label: string,
        ) => (
          <TextInput
            label={label}
            value={draft[name]}
            onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
            error={errorOf(name)}
            data-testid={`field-${name}`}
          />
        );
        const days = (name: "terms_days" | "grace_days", label: string) => (
          <TextInput
            label={label}
            value={String(draft[name])}
            onChange={({ currentTarget }) => change({ [name]: daysOf(currentTarget.value) })}
            error={errorOf(name)}
            inputMode="numeric"
            data-testid={`field-${name}`}
          />
        );
        return (
          <div className={classes.fields}>
            <PartyForm value={draft.seller} onChange={(seller) => change({ seller })} errorOf={errorOf} />
            {text("zone", "Zone of issue dates")}
            {text("invoice_series", "Series of invoices")}
            {text("credit_series", "Series of credit notes")}
            {days("terms_days", "To be paid within days")}
            {days("grace_days", "Grace in local days")}
            <TextInput
              label="Approval for totals from"
              placeholder="Not asked for"
              value={draft.approval_from ?? ""}
              onChange={({ currentTarget }) => change({ approval_from: currentTarget.value || null })}
              error={errorOf("approval_from")}
              inputMode="decimal"
            />
            {text("brake_factor", "Brake at times the mean of 3 invoices")}
            {text("brake_from", "Brake for totals from")}
            <TextInput
              className={classes.wide}
              label="Sentence on every invoice"
              placeholder="None"
              value={draft.note ?? ""}
              onChange={({ currentTarget }) => change({ note: currentTarget.value || null })}
              error={errorOf("note")}
            />
            <div className={classes.wide}>
              <Accounts
                value={draft.accounts}
                onChange={(accounts) => change({ accounts })}
                error={errorOf("accounts")}
              />
            </div>
            <div className={classes.wide}>
              <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
            </div>
          </div>
        );
      }}
    />
  );
}
