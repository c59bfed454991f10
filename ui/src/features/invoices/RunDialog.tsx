import { Modal } from "@mantine/core";
import { ErrorState } from "@/components";
import { RunForm } from "./RunForm";
import { RunProgress } from "./RunProgress";
import { RunResult } from "./RunResult";
import { useRunJob } from "./run-job";

/** A run over tenants whose periods have ended: preview in figures, progress, result. Closing it stops nothing. */
export function RunDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { job, run, clear } = useRunJob();
  const close = () => {
    if (job.state !== "running") clear();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="Run invoices" size={860} closeButtonProps={{ "aria-label": "Close" }}>
      {job.state === "idle" && <RunForm onClose={close} />}
      {job.state === "running" && <RunProgress onClose={close} />}
      {job.state === "failed" && job.error && (
        <ErrorState
          error={job.error}
          what="The run"
          outcome="stopped"
          onRetry={() => job.request && void run(job.request)}
        />
      )}
      {job.state === "done" && job.report && <RunResult report={job.report} onClose={close} />}
    </Modal>
  );
}
