import { Figure } from "@/components";
import { isZero, useFormat } from "@/format";
import type { InvoiceTotal } from "@/generated/bindings";
import classes from "./invoices.module.css";

/** Sums over all that the filters pass, one block per currency. Currencies never add up. */
export function InvoiceTotals({ totals }: { totals: readonly InvoiceTotal[] }) {
  const format = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
    <section className={classes.totals} aria-label="Totals per currency" tabIndex={0} data-testid="invoice-totals">
      {totals.map(({ currency, count, total, open }) => (
        <dl key={currency} className={classes.total} data-testid={`invoice-total-${currency}`}>
          <dt>
            {currency}{" "}
            <span className={classes.of}>
              {format.count(count)}
              <span className="visually-hidden"> {count === 1 ? "invoice" : "invoices"}</span>
            </span>
          </dt>
          <dd>
            <Figure value={total} testId={`invoice-sum-${currency}`}>
              {format.amount(total)}
            </Figure>
          </dd>
          <dt>Open</dt>
          <dd className={isZero(open) ? "dim" : undefined}>
            <Figure value={open} testId={`invoice-open-${currency}`}>
              {format.amount(open)}
            </Figure>
          </dd>
        </dl>
      ))}
    </section>
  );
}
