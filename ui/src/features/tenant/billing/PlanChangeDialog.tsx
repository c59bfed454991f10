import { TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import type { PlanChangeRequest, SubscriptionRow, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "../tenant.module.css";

type Props = { page: TenantPage; subscription: SubscriptionRow | null; onClose: () => void };

/** Another plan for a subscription. The day on which it begins belongs to the new plan. */
export function PlanChangeDialog({ page, subscription, onClose }: Props) {
  const host = useHost();
  const [plan, setPlan] = useState("");
  const [at, setAt] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const request: PlanChangeRequest | null =
    subscription && plan.trim() && reason.trim()
      ? {
          tenant_id: page.tenant_id,
          subscription_id: subscription.subscription_id,
          plan: plan.trim(),
          at,
          reason: reason.trim(),
        }
      : null;
  return (
    <ChangeDialog<PlanChangeRequest>
      opened={subscription !== null}
      onClose={() => {
        setPlan("");
        setAt(null);
        setReason("");
        onClose();
      }}
      title={`Change plan from ${subscription?.plan ?? ""}`}
      verb="Change plan"
      testId="plan-change"
      fields={["plan", "at", "reason"]}
      request={request}
      preview={host.billing.planChange.preview}
      act={host.billing.planChange.act}
      form={(errorOf) => (
        <div className={classes.fields}>
          <TextInput
            label="Code of the new plan"
            value={plan}
            onChange={({ currentTarget }) => setPlan(currentTarget.value)}
            error={errorOf("plan")}
            required
            data-autofocus
            data-testid="field-plan"
          />
          <ZonedField
            label="From"
            zone={page.zone}
            placeholder="Now"
            value={at}
            onChange={setAt}
            error={errorOf("at")}
          />
          <div className={classes.wide}>
            <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
          </div>
        </div>
      )}
    />
  );
}
