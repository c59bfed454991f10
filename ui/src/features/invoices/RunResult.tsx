import { Button } from "@mantine/core";
import { DialogActions, LinkButton } from "@/components";
import { plural, useFormat } from "@/format";
import type { RunReport } from "@/generated/bindings";
import { Counts } from "./Counts";
import { FROM_THE_BEGINNING } from "./filter";
import classes from "./invoices.module.css";
import { RunTotals } from "./RunEffect";
import { RunRows } from "./RunRows";

/** Where what was left to people is found, by why it was left. Rows may be cut: what has none waits for approval. */
function heldOf({ rows, held }: RunReport): { hold: "brake" | "approval"; words: string; testId: string }[] {
  const braked = rows.filter(({ outcome }) => outcome === "brake").length;
  return [
    ...(braked > 0
      ? [{ hold: "brake", words: "Show what the brake stopped", testId: "run-show-braked" } as const]
      : []),
    ...(held > braked
      ? [{ hold: "approval", words: "Show what waits for approval", testId: "run-show-held" } as const]
      : []),
  ];
}

/** What a run did, and what it left to people. */
export function RunResult({ report, onClose }: { report: RunReport; onClose: () => void }) {
  const format = useFormat();
  const seconds = format.exact((report.elapsed_ms / 1000).toFixed(1));
  return (
    <div className={classes.run} data-testid="run-result" data-stopped={report.stopped}>
      <p className={classes.text}>
        {report.stopped
          ? `Stopped after ${seconds} s. What was finalized stays; the next run goes on from there.`
          : `Done in ${seconds} s.`}
      </p>
      <Counts
        counts={[
          { name: "finalized", label: "Finalized", value: report.finalized },
          { name: "drafted", label: "Drafts", value: report.drafted },
          { name: "held", label: "Left to a person", value: report.held, tone: "warning" },
          { name: "failed", label: "Could not be billed", value: report.failed, tone: "alert" },
        ]}
      />
      <RunTotals totals={report.totals} title="Finalized" />
      <RunRows
        rows={report.rows}
        title="Left to a person"
        note={plural(report.rows.length, format.count(report.rows.length), "period", "periods")}
      />
      <DialogActions>
        {heldOf(report).map(({ hold, words, testId }) => (
          <LinkButton
            key={hold}
            to="/invoices"
            search={{ hold, from: FROM_THE_BEGINNING }}
            variant="default"
            onClick={onClose}
            data-testid={testId}
          >
            {words}
          </LinkButton>
        ))}
        <Button onClick={onClose} data-testid="run-close">
          Close
        </Button>
      </DialogActions>
    </div>
  );
}
