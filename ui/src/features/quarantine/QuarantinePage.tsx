import { Page, PageHeader } from "@/components";

export function QuarantinePage() {
  return (
    <Page>
      <PageHeader title="QuarantinePage" />
    </Page>
  );
}
