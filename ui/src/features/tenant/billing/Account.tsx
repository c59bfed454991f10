import { useState } from "react";
import { Facts, Section } from "@/components";
import { plural, useFormat } from "@/format";
import type { BillingAccount, TenantPage } from "@/generated/bindings";
import { AccountDialog } from "./AccountDialog";
import { SectionButton } from "./SectionButton";
import { approvalWord } from "./words";

type Props = { page: TenantPage; account: BillingAccount };

/** Who is billed, tax, terms, approval. */
export function Account({ page, account }: Props) {
  const format = useFormat();
  const [opened, setOpened] = useState(false);
  const { buyer } = account;
  const address = [...(buyer.address ?? []), buyer.country].filter(Boolean).join(", ");
  return (
    <Section
      title="How it is billed"
      testId="account"
      actions={
        <SectionButton onClick={() => setOpened(true)} testId="account-open">
          Change
        </SectionButton>
      }
    >
      <Facts
        facts={[
          { name: "Billed to", value: <bdi>{buyer.name || page.name}</bdi> },
          { name: "Address", value: address ? <bdi>{address}</bdi> : <span className="dim">none</span> },
          { name: "Tax id", value: buyer.tax_id ? <bdi>{buyer.tax_id}</bdi> : <span className="dim">none</span> },
          { name: "E-mail", value: buyer.email ? <bdi>{buyer.email}</bdi> : <span className="dim">none</span> },
          { name: "Tax", value: format.percent(account.tax_percent) },
          {
            name: "Tax note",
            value: account.tax_note ? <bdi>{account.tax_note}</bdi> : <span className="dim">none</span>,
          },
          {
            name: "To be paid within",
            value:
              account.terms_days === null
                ? "As the settings say"
                : plural(account.terms_days, format.count(account.terms_days), "day", "days"),
          },
          { name: "Approval", value: approvalWord(account.approval) },
        ]}
      />
      <AccountDialog page={page} account={account} opened={opened} onClose={() => setOpened(false)} />
    </Section>
  );
}
