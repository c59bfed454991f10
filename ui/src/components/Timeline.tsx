import {
  type Icon,
  IconAdjustments,
  IconAlertTriangle,
  IconArrowsExchange,
  IconCash,
  IconClipboardCheck,
  IconFileInvoice,
  IconFileMinus,
  IconMessageReport,
  IconNote,
  IconUserCheck,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useFormat, wordsOf } from "@/format";
import type { TimelineEntry } from "@/generated/bindings";
import classes from "./timeline.module.css";
import { When } from "./When";

const ICONS: Record<string, Icon> = {
  subscription: IconUserCheck,
  plan: IconArrowsExchange,
  override: IconAdjustments,
  invoice: IconFileInvoice,
  credit_note: IconFileMinus,
  payment: IconCash,
  alert: IconAlertTriangle,
  dispute: IconMessageReport,
  note: IconNote,
};

/** What an entry leads to. Credit notes have no page of their own. */
function opened({ kind, opens, title }: TimelineEntry): ReactNode {
  if (opens && kind === "dispute")
    return (
      <Link to="/disputes/$disputeId" params={{ disputeId: opens }} className={classes.link}>
        {title}
      </Link>
    );
  if (opens && (kind === "invoice" || kind === "payment"))
    return (
      <Link to="/invoices/$invoiceId" params={{ invoiceId: opens }} className={classes.link}>
        {title}
      </Link>
    );
  return title;
}

type Props = { entries: readonly TimelineEntry[]; zone: string; label: string };

/** One line of time, newest first. What it says comes from outside and stands as text. */
export function Timeline({ entries, zone, label }: Props) {
  const format = useFormat();
  return (
    <ol className={classes.line} aria-label={label} data-testid="timeline">
      {entries.map((entry, place) => {
        const Mark = ICONS[entry.kind] ?? IconClipboardCheck;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two things may happen in one instant, and entries have no id
          <li key={`${entry.at}|${place}`} className={classes.entry} data-kind={entry.kind}>
            <span className={classes.mark} title={wordsOf(entry.kind)}>
              <Mark size={14} stroke={1.7} aria-label={wordsOf(entry.kind)} />
            </span>
            <div className={classes.body}>
              <div className={classes.head}>
                <bdi className={classes.title}>{opened(entry)}</bdi>
                {entry.amount !== null && (
                  <span className="tabular" data-figure={entry.amount}>
                    {entry.currency ? format.money(entry.amount, entry.currency) : format.amount(entry.amount)}
                  </span>
                )}
              </div>
              {entry.detail && <bdi className={classes.detail}>{entry.detail}</bdi>}
              <div className={classes.when}>
                <When at={entry.at} zone={zone} /> {entry.actor && <bdi>· {entry.actor}</bdi>}
              </div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
