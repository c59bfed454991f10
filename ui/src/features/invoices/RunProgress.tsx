import { Button, Group } from "@mantine/core";
import { ProgressLine } from "@/components";
import classes from "./invoices.module.css";
import { useRunJob } from "./run-job";

/** How far the run is. Stopping keeps what is finalized; the next run goes on from there. */
export function RunProgress({ onClose }: { onClose: () => void }) {
  const { job, cancel } = useRunJob();
  return (
    <div className={classes.run} data-testid="run-progress">
      <p className={classes.text}>
        The run goes on when this dialog is closed; the top bar shows it. What is finalized stays when it is stopped.
      </p>
      <ProgressLine progress={job.progress} label="Progress of the run" testId="run-progress-line" />
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={cancel} loading={job.cancelling} data-testid="run-cancel">
          Stop
        </Button>
        <Button variant="default" onClick={onClose} data-testid="run-hide">
          Close and go on
        </Button>
      </Group>
    </div>
  );
}
