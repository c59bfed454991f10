import { Page, PageHeader } from "@/components";

export function UsagePage() {
  return (
    <Page>
      <PageHeader title="UsagePage" />
    </Page>
  );
}
