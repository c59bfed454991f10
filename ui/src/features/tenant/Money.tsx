import { Figure, Section } from "@/components";
import { isNegative, useFormat } from "@/format";
import type { TenantPage, UpgradeHint } from "@/generated/bindings";
import classes from "./tenant.module.css";

function Hint({ upgrade }: { upgrade: UpgradeHint }) {
  const format = useFormat();
  const { plan, fee, difference, currency } = upgrade;
  const cheaper = isNegative(difference);
  return (
    <p className={classes.hint} data-testid="upgrade-hint" data-figure={difference}>
      <strong>{plan}</strong> would hold this use for {format.money(fee, currency)} a period:{" "}
      <strong>{format.money(difference.replace("-", ""), currency)}</strong> {cheaper ? "less" : "more"} than the fee
      and overage now.
    </p>
  );
}

/** Overage so far in money, and the plan that would hold the use. */
export function Money({ page }: { page: TenantPage }) {
  const format = useFormat();
  return (
    <Section title="Overage so far" note="running periods" testId="money">
      <div className={classes.money}>
        <Figure value={page.overage_total} size="big" testId="overage-total">
          {format.money(page.overage_total, page.currency)}
        </Figure>
        <span className="dim">Lines rounded once each</span>
      </div>
      {page.upgrade && <Hint upgrade={page.upgrade} />}
    </Section>
  );
}
