import { UnstyledButton } from "@mantine/core";
import { Figure } from "@/components";
import { isZero, plural, useFormat } from "@/format";
import type { InvoiceRow } from "@/generated/bindings";
import { useExplainPlace } from "./explain/place";
import classes from "./invoice.module.css";

/** What the invoice comes to and what is still to be paid, in its one currency. */
export function Sums({ row }: { row: InvoiceRow }) {
  const format = useFormat();
  const { open } = useExplainPlace();
  const figure = (label: string, value: string, testId: string) => (
    <div className={classes.sum}>
      <dt>{label}</dt>
      <dd className={isZero(value) ? "dim" : undefined}>
        <Figure value={value} testId={testId}>
          {format.amount(value)}
        </Figure>
      </dd>
    </div>
  );
  const late = row.days_overdue;
  return (
    <dl className={classes.sums} data-testid="invoice-sums">
      <div className={classes.sum}>
        <dt>Total in {row.currency}</dt>
        <dd className={classes.big}>
          <UnstyledButton
            className={classes.explain}
            onClick={() => open({ explain: "total" })}
            title="Explain this amount"
            data-testid="explain-total"
            data-figure={row.total}
          >
            {format.amount(row.total)}
          </UnstyledButton>
        </dd>
      </div>
      {figure("Open", row.open, "invoice-open")}
      {figure("Paid", row.paid, "invoice-paid")}
      {figure("Prepaid", row.prepaid, "invoice-prepaid")}
      {figure("Credited", row.credited, "invoice-credited")}
      <div className={classes.sum}>
        <dt>Due</dt>
        <dd>
          {row.due_day ? format.day(row.due_day) : <span className="dim">once issued</span>}
          {late !== null && (
            <span className={classes.late}>{plural(late, format.count(late), "day", "days")} overdue</span>
          )}
        </dd>
      </div>
    </dl>
  );
}
