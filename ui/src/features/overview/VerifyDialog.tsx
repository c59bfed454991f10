import { Button, Modal } from "@mantine/core";
import { IconCircleCheckFilled } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { DialogActions, ErrorState, Facts, type PlainColumn, PlainTable, Waiting } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { Drift, Verification } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "./overview.module.css";

const COLUMNS: PlainColumn<Drift>[] = [
  { head: "Reason", cell: ({ reason }) => wordsOf(reason) },
  { head: "Where", cell: ({ place }) => place },
  { head: "Cache holds", align: "right", cell: ({ cached }) => <span data-figure={cached}>{cached}</span> },
  { head: "Ledger gives", align: "right", cell: ({ ledger }) => <span data-figure={ledger}>{ledger}</span> },
];

function Result({ result }: { result: Verification }) {
  const format = useFormat();
  return (
    <div data-testid="verify-result" data-figure={String(result.drift_count)}>
      <p>
        {result.drift_count === 0 ? (
          <>
            <IconCircleCheckFilled size={14} color="var(--ch-green-text)" aria-hidden /> Every cache equals the ledger.
          </>
        ) : (
          <span className={classes.problem}>
            {format.count(result.drift_count)} {result.drift_count === 1 ? "figure differs" : "figures differ"} from the
            ledger. Nothing was changed.
          </span>
        )}
      </p>
      <Facts
        facts={[
          { name: "Events", value: format.count(result.ledger_events) },
          { name: "Leaves recomputed", value: format.count(result.leaves_checked) },
          { name: "Caches compared", value: format.count(result.caches_compared) },
          { name: "Details erased", value: `${format.count(result.details_erased)} events, on request` },
          { name: "As of", value: `${format.moment(result.as_of, "UTC")} UTC` },
        ]}
      />
      {result.drift.length > 0 && (
        <PlainTable
          caption="Differences"
          columns={COLUMNS}
          rows={result.drift}
          rowKey={({ reason, tenant_id, place }) => `${reason}|${tenant_id}|${place}`}
        />
      )}
    </div>
  );
}

/** Recounts every cache from the ledger and shows each difference. It writes nothing. */
export function VerifyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const host = useHost();
  const run = useMutation({ mutationFn: () => host.verify() });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Verify the ledger"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {run.isIdle && (
        <p>Recounts every cache from the ledger, recomputes every leaf and compares. It changes nothing.</p>
      )}
      {run.isPending && <Waiting />}
      {run.error && <ErrorState error={run.error} what="The verification" onRetry={() => run.mutate()} />}
      {run.data && <Result result={run.data} />}
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button onClick={() => run.mutate()} loading={run.isPending} data-testid="verify-run">
          {run.data ? "Verify again" : "Verify"}
        </Button>
      </DialogActions>
    </Modal>
  );
}
