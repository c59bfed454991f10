import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, PartyForm, ReasonField } from "@/components";
import type { AccountRequest, BillingAccount, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "../tenant.module.css";
import { APPROVALS } from "./words";

const FIELDS = [
  "name",
  "email",
  "address",
  "country",
  "tax_id",
  "tax_percent",
  "tax_note",
  "terms_days",
  "approval",
  "reason",
];

type Props = { page: TenantPage; account: BillingAccount; opened: boolean; onClose: () => void };

/** Changes how one tenant is billed, from its next invoice on. */
export function AccountDialog({ page, account, opened, onClose }: Props) {
  const host = useHost();
  const [edited, setEdited] = useState<BillingAccount | null>(null);
  const [reason, setReason] = useState("");
  const draft = edited ?? account;
  const change = (part: Partial<BillingAccount>) => setEdited({ ...draft, ...part });
  const request: AccountRequest | null =
    edited && reason.trim() && draft.tax_percent.trim()
      ? { tenant_id: page.tenant_id, account: draft, reason: reason.trim() }
      : null;
  return (
    <ChangeDialog<AccountRequest>
      opened={opened}
      onClose={() => {
        setEdited(null);
        setReason("");
        onClose();
      }}
      title="Change how the tenant is billed"
      verb="Change billing"
      testId="account-dialog"
      size={680}
      fields={FIELDS}
      request={request}
      preview={host.billing.account.preview}
      act={host.billing.account.act}
      form={(errorOf) => (
        <div className={classes.fields}>
          <PartyForm
            value={draft.buyer}
            onChange={(buyer) => change({ buyer })}
            errorOf={errorOf}
            namePlaceholder={page.name}
          />
          <TextInput
            label="Tax in percent"
            value={draft.tax_percent}
            onChange={({ currentTarget }) => change({ tax_percent: currentTarget.value })}
            error={errorOf("tax_percent")}
            inputMode="decimal"
            required
            data-testid="field-tax"
          />
          <TextInput
            label="To be paid within days"
            placeholder="As the settings say"
            value={draft.terms_days === null ? "" : String(draft.terms_days)}
            onChange={({ currentTarget }) => {
              const digits = currentTarget.value.replace(/\D/g, "").slice(0, 4);
              change({ terms_days: digits === "" ? null : Number(digits) });
            }}
            error={errorOf("terms_days")}
            inputMode="numeric"
          />
          <TextInput
            label="Sentence on tax"
            placeholder="None"
            value={draft.tax_note ?? ""}
            onChange={({ currentTarget }) => change({ tax_note: currentTarget.value || null })}
            error={errorOf("tax_note")}
          />
          <Select
            label="Approval"
            data={APPROVALS}
            value={draft.approval}
            onChange={(approval) => change({ approval: approval ?? "settings" })}
            error={errorOf("approval")}
            allowDeselect={false}
          />
          <div className={classes.wide}>
            <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
          </div>
        </div>
      )}
    />
  );
}
