import { useState } from "react";
import { ChangeDialog, ReasonField, ZonedField } from "@/components";
import type { CancelRequest, SubscriptionRow, TenantPage } from "@/generated/bindings";
import { useHost } from "@/host";

type Props = { page: TenantPage; subscription: SubscriptionRow | null; onClose: () => void };

/** The end of a subscription. */
export function CancelDialog({ page, subscription, onClose }: Props) {
  const host = useHost();
  const [at, setAt] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const request: CancelRequest | null =
    subscription && reason.trim()
      ? { tenant_id: page.tenant_id, subscription_id: subscription.subscription_id, at, reason: reason.trim() }
      : null;
  return (
    <ChangeDialog<CancelRequest>
      opened={subscription !== null}
      onClose={() => {
        setAt(null);
        setReason("");
        onClose();
      }}
      title={`Cancel ${subscription?.plan ?? ""}`}
      verb="Cancel subscription"
      tone="danger"
      testId="cancel"
      fields={["at", "reason"]}
      request={request}
      preview={host.billing.cancel.preview}
      act={host.billing.cancel.act}
      form={(errorOf) => (
        <>
          <ZonedField
            label="First moment without it"
            zone={page.zone}
            placeholder="The end of the running period"
            value={at}
            onChange={setAt}
            error={errorOf("at")}
          />
          <ReasonField value={reason} onChange={setReason} error={errorOf("reason")} />
        </>
      )}
    />
  );
}
