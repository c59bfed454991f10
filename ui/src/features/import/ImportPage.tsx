import { Page, PageHeader } from "@/components";

export function ImportPage() {
  return (
    <Page>
      <PageHeader title="ImportPage" />
    </Page>
  );
}
