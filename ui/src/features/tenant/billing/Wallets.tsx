import { useState } from "react";
import { EmptyState, type PlainColumn, PlainTable, Section, When } from "@/components";
import { useFormat } from "@/format";
import type { TenantPage, WalletRow } from "@/generated/bindings";
import { GrantDialog } from "./GrantDialog";
import { SectionButton } from "./SectionButton";

/** Prepaid credits of the tenant, in the order in which they pay. */
export function Wallets({ page, wallets }: { page: TenantPage; wallets: readonly WalletRow[] }) {
  const format = useFormat();
  const [opened, setOpened] = useState(false);
  const columns: PlainColumn<WalletRow>[] = [
    { head: "Wallet", cell: ({ name }) => <bdi>{name}</bdi> },
    { head: "Pays", align: "right", cell: ({ priority }) => <span className="dim">{`no. ${priority}`}</span> },
    {
      head: "Holds",
      align: "right",
      cell: ({ balance, currency }) => <strong data-figure={balance}>{format.money(balance, currency)}</strong>,
    },
    {
      head: "Ends",
      cell: ({ expires_at }) => (expires_at ? <When at={expires_at} zone={page.zone} show="day" /> : "never"),
    },
  ];
  return (
    <Section
      title="Prepaid credits"
      note="They pay after tax, a smaller number first"
      flush="flush"
      testId="wallets"
      actions={
        <SectionButton onClick={() => setOpened(true)} testId="grant-open">
          Grant credits
        </SectionButton>
      }
    >
      {wallets.length === 0 ? (
        <EmptyState>Prepaid credits will be here, also what a payment exceeded its invoice by.</EmptyState>
      ) : (
        <PlainTable caption="Prepaid credits" columns={columns} rows={wallets} rowKey={({ wallet_id }) => wallet_id} />
      )}
      <GrantDialog page={page} opened={opened} onClose={() => setOpened(false)} />
    </Section>
  );
}
