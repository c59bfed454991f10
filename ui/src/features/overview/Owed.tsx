import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { Figure, Section } from "@/components";
import { plural, useFormat } from "@/format";
import type { Owed as OwedRow } from "@/generated/bindings";
import classes from "./overview.module.css";

/** What tenants owe, one block per currency. Currencies never add up. */
export function Owed({ owed, leftOut }: { owed: readonly OwedRow[]; leftOut: number }) {
  const format = useFormat();
  if (owed.length === 0 && leftOut === 0) return null;
  return (
    <Section
      title="Owed for the running periods"
      note="One figure per currency, never summed"
      flush="flush"
      testId="overview-owed"
    >
      {leftOut > 0 && (
        <p className={classes.leftOut} role="status" data-testid="overview-left-out">
          <IconAlertTriangleFilled size={14} aria-hidden />
          {plural(leftOut, format.count(leftOut), "tenant is", "tenants are")} left out: the use is too large to add up.
          See the first of the list below.
        </p>
      )}
      <div className={classes.owed}>
        {owed.map(({ currency, tenants, overage, fees, overage_projected }) => (
          <div key={currency} className={classes.owedCard} data-testid={`overview-owed-${currency}`}>
            <div className={classes.owedRow}>
              <span>{currency} overage</span>
              <span>{plural(tenants, format.count(tenants), "tenant", "tenants")}</span>
            </div>
            <Figure value={overage} size="big" testId={`overview-overage-${currency}`}>
              {format.amount(overage)}
            </Figure>
            <div className={classes.owedRow}>
              <span title="If use goes on at its mean pace; an estimate, never invoiced">Projected</span>
              <Figure value={overage_projected}>{format.amount(overage_projected)}</Figure>
            </div>
            <div className={classes.owedRow}>
              <span>Fees</span>
              <Figure value={fees}>{format.amount(fees)}</Figure>
            </div>
          </div>
        ))}
      </div>
    </Section>
  );
}
