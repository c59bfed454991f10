import { Button } from "@mantine/core";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { useBillingSettings } from "@/app/queries";
import { type Fact, Facts, QueryView, Section } from "@/components";
import { type Formatter, plural, useFormat, wordsOf } from "@/format";
import type { BillingSettings } from "@/generated/bindings";
import { BillingDialog } from "./BillingDialog";

const none = <span className="dim">none</span>;

function factsOf(settings: BillingSettings, format: Formatter): Fact[] {
  const { seller } = settings;
  const address = [...(seller.address ?? []), seller.country].filter(Boolean).join(", ");
  const days = (count: number) => plural(count, format.count(count), "day", "days");
  return [
    { name: "Seller", value: seller.name ? <bdi>{seller.name}</bdi> : none },
    { name: "Address", value: address ? <bdi>{address}</bdi> : none },
    { name: "Tax id", value: seller.tax_id ? <bdi>{seller.tax_id}</bdi> : none },
    { name: "E-mail", value: seller.email ? <bdi>{seller.email}</bdi> : none },
    { name: "Issue dates in", value: settings.zone },
    { name: "Series", value: `${settings.invoice_series} for invoices, ${settings.credit_series} for credit notes` },
    { name: "To be paid within", value: days(settings.terms_days) },
    { name: "Grace", value: `${days(settings.grace_days)} after a period, in the tenant’s zone` },
    {
      name: "Approval",
      value: settings.approval_from
        ? `for totals of ${format.exact(settings.approval_from)} and more`
        : "not asked for",
    },
    {
      name: "Brake",
      value: `at ${format.exact(settings.brake_factor)} times the mean of the last 3 invoices, from ${format.exact(settings.brake_from)} on`,
    },
    { name: "On every invoice", value: settings.note ? <bdi>{settings.note}</bdi> : none },
    {
      name: "Accounts",
      value:
        settings.accounts.length === 0
          ? none
          : settings.accounts.map(({ name, account }) => (
              <div key={name}>
                {wordsOf(name)} <bdi className="mono">{account}</bdi>
              </div>
            )),
    },
  ];
}

/** Who bills, and what holds for all tenants. Kept in the database, for everybody. */
export function Billing() {
  const query = useBillingSettings();
  const format = useFormat();
  const { writable, why } = useAccess();
  const [opened, setOpened] = useState(false);
  return (
    <Section
      title="Billing"
      note="Kept in the database, for everybody"
      testId="settings-billing"
      actions={
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={!writable || !query.data}
          title={why ?? undefined}
          onClick={() => setOpened(true)}
          data-testid="settings-billing-open"
        >
          Change
        </Button>
      }
    >
      <QueryView query={query} what="The billing settings">
        {(settings) => (
          <>
            <Facts facts={factsOf(settings, format)} />
            <BillingDialog settings={settings} opened={opened} onClose={() => setOpened(false)} />
          </>
        )}
      </QueryView>
    </Section>
  );
}
