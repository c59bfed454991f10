import { IconAlertOctagonFilled, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { InvoiceLink } from "@/components";
import type { InvoiceView } from "@/generated/bindings";
import classes from "./invoice.module.css";

function Notice({ tone, children }: { tone: "alert" | "info"; children: ReactNode }) {
  const Mark = tone === "alert" ? IconAlertOctagonFilled : IconInfoCircle;
  return (
    <p className={classes.notice} data-tone={tone} role={tone === "alert" ? "alert" : "status"}>
      <Mark size={15} aria-hidden />
      <span className={classes.noticeText}>{children}</span>
    </p>
  );
}

/** What a person must know of this invoice before anything else. */
export function Notices({ view }: { view: InvoiceView }) {
  const { hash, hash_fits, replaces, replaced_by } = view;
  return (
    <>
      {hash && !hash_fits && (
        <Notice tone="alert">
          The stored content no longer has the hash that was written when it was finalized. Somebody changed it outside
          of this program.
        </Notice>
      )}
      {replaces && (
        <Notice tone="info">
          Stands for <InvoiceLink invoiceId={replaces} number={replaces} />, which is void.
        </Notice>
      )}
      {replaced_by && (
        <Notice tone="info">
          Void. <InvoiceLink invoiceId={replaced_by} number={replaced_by} /> stands for it.
        </Notice>
      )}
    </>
  );
}
