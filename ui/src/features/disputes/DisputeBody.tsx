import { EmptyState, Facts, InvoiceLink, Section, Timeline } from "@/components";
import { useFormat } from "@/format";
import type { DisputeView } from "@/generated/bindings";
import classes from "./disputes.module.css";
import { Items } from "./Items";
import { disputeWord } from "./words";

function Claim({ view }: { view: DisputeView }) {
  const format = useFormat();
  const { row } = view;
  return (
    <Section title="Claim" testId="dispute-claim">
      <p className={classes.claim}>
        <bdi>{row.claim}</bdi>
      </p>
      <Facts
        facts={[
          {
            name: "Claimed back",
            value:
              row.claimed === null ? (
                "no amount"
              ) : (
                <strong className="tabular" data-figure={row.claimed}>
                  {format.money(row.claimed, row.currency)}
                </strong>
              ),
          },
          {
            name: "Invoice",
            value: row.invoice_id ? <InvoiceLink invoiceId={row.invoice_id} number={row.invoice_number} /> : "none",
          },
        ]}
      />
    </Section>
  );
}

function Decision({ view }: { view: DisputeView }) {
  const format = useFormat();
  const { row } = view;
  if (row.status !== "decided") return null;
  return (
    <Section title="Decision" testId="dispute-decision">
      <Facts
        facts={[
          { name: "Decided", value: <strong>{disputeWord(row.status, row.decision)}</strong> },
          { name: "Because", value: <bdi>{view.decision_reason}</bdi> },
          {
            name: "By",
            value: (
              <bdi>{`${view.decided_by ?? "not known"}${row.decided_at ? `, ${format.minute(row.decided_at, "UTC")} UTC` : ""}`}</bdi>
            ),
          },
          ...(view.credit_note_number ? [{ name: "Credit note", value: view.credit_note_number }] : []),
        ]}
      />
    </Section>
  );
}

function Notes({ view }: { view: DisputeView }) {
  const format = useFormat();
  return (
    <Section title="Notes" note="oldest first" testId="dispute-notes">
      {view.notes.length === 0 ? (
        <EmptyState>What was said and found out will be here.</EmptyState>
      ) : (
        <ol className={classes.notes}>
          {view.notes.map(({ at, actor, text }) => (
            <li key={`${at}|${text}`}>
              <div className="dim">
                <bdi>{actor}</bdi> · {format.minute(at, "UTC")} UTC
              </div>
              <bdi className={classes.text}>{text}</bdi>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

export function DisputeBody({ view }: { view: DisputeView }) {
  return (
    <div className={classes.columns}>
      <div className={classes.stack}>
        <Decision view={view} />
        <Claim view={view} />
        <Items view={view} />
        <Notes view={view} />
      </div>
      <Section title="Timeline" testId="dispute-timeline">
        {view.timeline.length === 0 ? (
          <EmptyState>What happens to this case will be here.</EmptyState>
        ) : (
          <Timeline entries={view.timeline} zone="UTC" label="What happened to this case" />
        )}
      </Section>
    </div>
  );
}
