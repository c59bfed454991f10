import { Link } from "@tanstack/react-router";
import classes from "./link.module.css";

/** An invoice by its number, leading to its page. A draft has none and is named by what it is. */
export function InvoiceLink({ invoiceId, number }: { invoiceId: string; number: string | null }) {
  return (
    <Link
      to="/invoices/$invoiceId"
      params={{ invoiceId }}
      className={classes.link}
      data-testid={`invoice-link-${invoiceId}`}
    >
      {number ?? "Draft"}
    </Link>
  );
}

/** A dispute by its number, leading to its page. */
export function DisputeLink({ disputeId, number }: { disputeId: string; number: string }) {
  return (
    <Link
      to="/disputes/$disputeId"
      params={{ disputeId }}
      className={classes.link}
      data-testid={`dispute-link-${disputeId}`}
    >
      {number}
    </Link>
  );
}
