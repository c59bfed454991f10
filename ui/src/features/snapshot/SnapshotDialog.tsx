import { Button, Checkbox, Group, Modal, MultiSelect } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTenants } from "@/app/queries";
import { DayField, ErrorState, Facts, ProgressLine } from "@/components";
import { useFormat } from "@/format";
import type { Progress, SnapshotRequest, SnapshotWritten } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "./snapshot.module.css";

function Written({ written }: { written: SnapshotWritten }) {
  const format = useFormat();
  const { about } = written;
  return (
    <div data-testid="snapshot-written">
      <Facts
        facts={[
          { name: "File", value: <bdi>{written.file}</bdi> },
          { name: "Size", value: format.size(String(written.bytes)) },
          { name: "As of", value: `${format.moment(about.as_of, "UTC")} UTC` },
          { name: "Tenants", value: format.count(about.tenants) },
          { name: "Events", value: format.count(about.events) },
          { name: "Fingerprint", value: <span className={`mono ${classes.fingerprint}`}>{about.fingerprint}</span> },
        ]}
      />
    </div>
  );
}

/** Writes the database, or a part of it, into one file for review. */
export function SnapshotDialog({ onClose }: { onClose: () => void }) {
  const host = useHost();
  const { data } = useTenants(null);
  const [tenants, setTenants] = useState<string[]>([]);
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [packed, setPacked] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const run = useMutation({
    mutationFn: (request: SnapshotRequest) => host.snapshotExport(request, setProgress),
    onSettled: () => setProgress(null),
  });
  const half = (from === null) !== (to === null);
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={!run.isPending}
      closeOnEscape={!run.isPending}
      withCloseButton={!run.isPending}
      title="Write a snapshot"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={classes.form} data-testid="snapshot-dialog">
        {run.data ? (
          <Written written={run.data} />
        ) : (
          <>
            <p>One file that holds everything of this moment, to look at without the database.</p>
            <MultiSelect
              label="Tenants"
              placeholder={tenants.length === 0 ? "All tenants" : undefined}
              data={(data?.rows ?? []).map(({ tenant_id, name }) => ({ value: tenant_id, label: name }))}
              value={tenants}
              onChange={setTenants}
              limit={50}
              searchable
              clearable
              disabled={run.isPending}
              data-testid="snapshot-tenants"
            />
            <Group gap={8} align="flex-start">
              <DayField label="Periods from" placeholder="All time" value={from} onChange={setFrom} width={180} />
              <DayField
                label="Periods before"
                placeholder="All time"
                value={to}
                onChange={setTo}
                width={180}
                error={half ? "Give both days, or none." : undefined}
              />
            </Group>
            <Checkbox
              label="Pack the file"
              checked={packed}
              onChange={({ currentTarget }) => setPacked(currentTarget.checked)}
              disabled={run.isPending}
            />
          </>
        )}
        {run.isPending && (
          <ProgressLine progress={progress} label="Progress of the snapshot" testId="snapshot-progress" />
        )}
        {run.error && <ErrorState error={run.error} what="The snapshot" onRetry={() => run.reset()} />}
        <Group justify="flex-end" gap={8}>
          {run.isPending ? (
            <Button variant="default" onClick={() => host.snapshotCancel()} data-testid="snapshot-cancel">
              Stop
            </Button>
          ) : (
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          )}
          {!run.data && (
            <Button
              onClick={() => run.mutate({ tenant_ids: tenants, from, to, packed })}
              disabled={half}
              loading={run.isPending}
              data-testid="snapshot-write"
            >
              Choose a file and write
            </Button>
          )}
        </Group>
      </div>
    </Modal>
  );
}
