import { useParams } from "@tanstack/react-router";
import { usePeriod } from "@/app/period";
import { useTenantPage } from "@/app/queries";
import { Page, QueryView } from "@/components";
import { TenantBody } from "./TenantBody";
import { TenantHeader } from "./TenantHeader";
import { TenantSkeleton } from "./TenantSkeleton";

/** One tenant, whole. Reference for a page of one thing. */
export function TenantPage() {
  const { tenantId } = useParams({ from: "/tenants/$tenantId" });
  const { at } = usePeriod();
  const query = useTenantPage(tenantId, at);
  return (
    <Page>
      <TenantHeader key={tenantId} page={query.data} />
      <QueryView query={query} what="The tenant" skeleton={<TenantSkeleton />}>
        {(page) => <TenantBody key={page.tenant_id} page={page} />}
      </QueryView>
    </Page>
  );
}
