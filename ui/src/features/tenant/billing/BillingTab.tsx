import { useTenantBilling } from "@/app/queries";
import { QueryView } from "@/components";
import type { TenantPage } from "@/generated/bindings";
import classes from "../tenant.module.css";
import { Account } from "./Account";
import { Ageing } from "./Ageing";
import { Coupons } from "./Coupons";
import { Plans } from "./Plans";
import { TenantInvoices } from "./TenantInvoices";
import { Wallets } from "./Wallets";

/** Money matters of one tenant: what it owes, its invoices, how it is billed, discounts, prepaid credits, plans. */
export function BillingTab({ page }: { page: TenantPage }) {
  const query = useTenantBilling(page.tenant_id);
  return (
    <div className={classes.stack}>
      <QueryView query={query} what="The billing">
        {(billing) => (
          <>
            <Ageing rows={billing.ageing} />
            <TenantInvoices page={page} />
            <Account page={page} account={billing.account} />
            <Coupons page={page} coupons={billing.coupons} />
            <Wallets page={page} wallets={billing.wallets} />
            <Plans page={page} changes={billing.subscriptions} />
          </>
        )}
      </QueryView>
    </div>
  );
}
