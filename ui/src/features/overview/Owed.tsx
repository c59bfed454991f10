import { Figure, Section } from "@/components";
import { plural, useFormat } from "@/format";
import type { Owed as OwedRow } from "@/generated/bindings";
import classes from "./overview.module.css";

/** What tenants owe, one block per currency. Currencies never add up. */
export function Owed({ owed }: { owed: readonly OwedRow[] }) {
  const format = useFormat();
  if (owed.length === 0) return null;
  return (
    <Section
      title="Owed for the running periods"
      note="One figure per currency, never summed"
      flush="flush"
      testId="overview-owed"
    >
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
