import { useState } from "react";
import { EmptyState, type PlainColumn, PlainTable, Section, When } from "@/components";
import type { CouponRow, TenantPage } from "@/generated/bindings";
import { useMeterName } from "../../tenants/meter-name";
import { CouponDialog } from "./CouponDialog";
import { SectionButton } from "./SectionButton";

/** Discounts of the tenant. */
export function Coupons({ page, coupons }: { page: TenantPage; coupons: readonly CouponRow[] }) {
  const nameOf = useMeterName();
  const [opened, setOpened] = useState(false);
  const columns: PlainColumn<CouponRow>[] = [
    { head: "Code", cell: ({ code }) => <bdi>{code}</bdi> },
    { head: "Off", align: "right", cell: ({ off }) => <strong>{off}</strong> },
    { head: "On", cell: ({ meter }) => (meter ? nameOf(meter) : "the whole invoice") },
    { head: "From", cell: ({ valid_from }) => <When at={valid_from} zone={page.zone} show="day" /> },
    {
      head: "Until",
      cell: ({ valid_to }) => (valid_to ? <When at={valid_to} zone={page.zone} show="day" /> : "for good"),
    },
    { head: "By", cell: ({ actor }) => <bdi>{actor}</bdi> },
    { head: "Reason", cell: ({ reason }) => <bdi>{reason}</bdi> },
  ];
  return (
    <Section
      title="Discounts"
      flush="flush"
      testId="coupons"
      actions={
        <SectionButton onClick={() => setOpened(true)} testId="coupon-open">
          Give discount
        </SectionButton>
      }
    >
      {coupons.length === 0 ? (
        <EmptyState>Discounts will be here, each with who gave it and why.</EmptyState>
      ) : (
        <PlainTable caption="Discounts" columns={columns} rows={coupons} rowKey={({ coupon_id }) => coupon_id} />
      )}
      <CouponDialog page={page} opened={opened} onClose={() => setOpened(false)} />
    </Section>
  );
}
