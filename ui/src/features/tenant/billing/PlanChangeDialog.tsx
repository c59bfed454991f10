import { Select } from "@mantine/core";
import { useState } from "react";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import { useFormat } from "@/format";
import type { PlanChangeRequest, PlanOffer, SubscriptionRow, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "../tenant.module.css";

type Props = {
  page: TenantPage;
  subscription: SubscriptionRow | null;
  offers: readonly PlanOffer[];
  onClose: () => void;
};

/** Another plan for a subscription. The day on which it begins belongs to the new plan. */
export function PlanChangeDialog({ page, subscription, offers, onClose }: Props) {
  const host = useHost();
  const format = useFormat();
  const [plan, setPlan] = useState<string | null>(null);
  const [at, setAt] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const own = offers.filter(({ subscription_id }) => subscription_id === subscription?.subscription_id);
  const nameOf = ({ name, fee, currency, interval, held }: PlanOffer) =>
    `${name} · ${format.money(fee, currency)} per ${interval}${held ? " · holds now" : ""}`;
  const request: PlanChangeRequest | null =
    subscription && plan && reason.trim()
      ? { tenant_id: page.tenant_id, subscription_id: subscription.subscription_id, plan, at, reason: reason.trim() }
      : null;
  return (
    <ChangeDialog<PlanChangeRequest>
      opened={subscription !== null}
      onClose={() => {
        setPlan(null);
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
          <div className={classes.wide}>
            <Select
              label="New plan"
              placeholder="Choose a plan"
              description="Plans of the same family, in the currency and for the period of the one that holds."
              inputWrapperOrder={["label", "input", "description", "error"]}
              data={own.map((offer) => ({ value: offer.plan, label: nameOf(offer), disabled: offer.held }))}
              value={plan}
              onChange={setPlan}
              error={errorOf("plan")}
              required
              data-autofocus
              data-testid="field-plan"
            />
          </div>
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
