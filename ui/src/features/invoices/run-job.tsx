import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import type { Progress, RunReport, RunRequest } from "@/generated/bindings";
import { HostError, useHost } from "@/host";

/** One run at a time. It outlives its dialog and page, so that a person can look around meanwhile. */
export type RunJob = {
  state: "idle" | "running" | "done" | "failed";
  request: RunRequest | null;
  progress: Progress | null;
  report: RunReport | null;
  error: HostError | null;
  cancelling: boolean;
};

const IDLE: RunJob = { state: "idle", request: null, progress: null, report: null, error: null, cancelling: false };

type Controls = {
  job: RunJob;
  run: (request: RunRequest) => Promise<void>;
  cancel: () => void;
  clear: () => void;
};

const JobContext = createContext<Controls | null>(null);

export function RunJobProvider({ children }: { children: ReactNode }) {
  const host = useHost();
  const client = useQueryClient();
  const [job, setJob] = useState(IDLE);

  const run = useCallback(
    async (request: RunRequest) => {
      setJob({ ...IDLE, state: "running", request });
      try {
        const report = await host.invoiceRun(request, (progress) => setJob((old) => ({ ...old, progress })));
        setJob({ ...IDLE, state: "done", request, report });
      } catch (thrown) {
        setJob({ ...IDLE, state: "failed", request, error: HostError.from(thrown) });
      }
      // Also after a failure: what was finalized before it stays.
      await client.invalidateQueries();
    },
    [host, client],
  );

  const cancel = useCallback(() => {
    setJob((old) => ({ ...old, cancelling: true }));
    void host.invoiceRunCancel().catch(() => setJob((old) => ({ ...old, cancelling: false })));
  }, [host]);

  const clear = useCallback(() => setJob(IDLE), []);
  const controls = useMemo(() => ({ job, run, cancel, clear }), [job, run, cancel, clear]);
  return <JobContext value={controls}>{children}</JobContext>;
}

export function useRunJob(): Controls {
  const controls = useContext(JobContext);
  if (!controls) throw new Error("useRunJob outside of RunJobProvider");
  return controls;
}
