import { Page, PageHeader } from "@/components";

export function TenantPage() {
  return (
    <Page>
      <PageHeader title="TenantPage" />
    </Page>
  );
}
