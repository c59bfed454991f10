import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import type { ImportReport, ImportRequest, Progress } from "@/generated/bindings";
import { HostError, useHost } from "@/host";

/** One import at a time. It outlives the page, so that a person can look around while it runs. */
export type ImportJob = {
  state: "idle" | "running" | "done" | "failed";
  request: ImportRequest | null;
  progress: Progress | null;
  report: ImportReport | null;
  error: HostError | null;
  cancelling: boolean;
};

const IDLE: ImportJob = { state: "idle", request: null, progress: null, report: null, error: null, cancelling: false };

type Controls = {
  job: ImportJob;
  run: (request: ImportRequest) => Promise<void>;
  cancel: () => void;
  clear: () => void;
};

const JobContext = createContext<Controls | null>(null);

export function ImportJobProvider({ children }: { children: ReactNode }) {
  const host = useHost();
  const client = useQueryClient();
  const [job, setJob] = useState(IDLE);

  const run = useCallback(
    async (request: ImportRequest) => {
      setJob({ ...IDLE, state: "running", request });
      try {
        const report = await host.importRun(request, (progress) => setJob((old) => ({ ...old, progress })));
        setJob({ ...IDLE, state: "done", request, report });
      } catch (thrown) {
        setJob({ ...IDLE, state: "failed", request, error: HostError.from(thrown) });
      }
      // Also after a failure: what was taken before it stays.
      if (!request.dry_run) await client.invalidateQueries();
    },
    [host, client],
  );

  const cancel = useCallback(() => {
    setJob((old) => ({ ...old, cancelling: true }));
    void host.importCancel().catch(() => setJob((old) => ({ ...old, cancelling: false })));
  }, [host]);

  const clear = useCallback(() => setJob(IDLE), []);
  const controls = useMemo(() => ({ job, run, cancel, clear }), [job, run, cancel, clear]);
  return <JobContext value={controls}>{children}</JobContext>;
}

export function useImportJob(): Controls {
  const controls = useContext(JobContext);
  if (!controls) throw new Error("useImportJob outside of ImportJobProvider");
  return controls;
}
