import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import type {
  ImportReport,
  ImportRequest,
  InvoiceImportReport,
  InvoiceImportRequest,
  PaymentsImported,
  PaymentsImportRequest,
  Progress,
} from "@/generated/bindings";
import { type Host, HostError, type ProgressListener, useHost } from "@/host";

/** What is to be imported. */
export type ImportOrder =
  | { kind: "usage"; request: ImportRequest }
  | { kind: "invoices"; request: InvoiceImportRequest }
  | { kind: "payments"; request: PaymentsImportRequest };

/** What an import found. */
export type ImportFound =
  | { kind: "usage"; report: ImportReport }
  | { kind: "invoices"; report: InvoiceImportReport }
  | { kind: "payments"; report: PaymentsImported };

export type ImportKind = ImportOrder["kind"];

/** One import at a time. It outlives the page, so that a person can look around while it runs. */
export type ImportJob = {
  state: "idle" | "running" | "done" | "failed";
  order: ImportOrder | null;
  progress: Progress | null;
  found: ImportFound | null;
  error: HostError | null;
  cancelling: boolean;
};

const IDLE: ImportJob = { state: "idle", order: null, progress: null, found: null, error: null, cancelling: false };

type Controls = {
  job: ImportJob;
  run: (order: ImportOrder) => Promise<void>;
  cancel: () => void;
};

const JobContext = createContext<Controls | null>(null);

async function carryOut(host: Host, order: ImportOrder, onProgress: ProgressListener): Promise<ImportFound> {
  switch (order.kind) {
    case "usage":
      return { kind: "usage", report: await host.importRun(order.request, onProgress) };
    case "invoices":
      return { kind: "invoices", report: await host.invoiceImportRun(order.request, onProgress) };
    case "payments":
      return { kind: "payments", report: await host.paymentsImportRun(order.request) };
  }
}

export function ImportJobProvider({ children }: { children: ReactNode }) {
  const host = useHost();
  const client = useQueryClient();
  const [job, setJob] = useState(IDLE);

  const run = useCallback(
    async (order: ImportOrder) => {
      setJob({ ...IDLE, state: "running", order });
      try {
        const found = await carryOut(host, order, (progress) => setJob((old) => ({ ...old, progress })));
        setJob({ ...IDLE, state: "done", order, found });
      } catch (thrown) {
        setJob({ ...IDLE, state: "failed", order, error: HostError.from(thrown) });
      }
      // Also after a failure: what was taken before it stays.
      if (!order.request.dry_run) await client.invalidateQueries();
    },
    [host, client],
  );

  const cancel = useCallback(() => {
    setJob((old) => ({ ...old, cancelling: true }));
    void host.importCancel().catch(() => setJob((old) => ({ ...old, cancelling: false })));
  }, [host]);

  const controls = useMemo(() => ({ job, run, cancel }), [job, run, cancel]);
  return <JobContext value={controls}>{children}</JobContext>;
}

export function useImportJob(): Controls {
  const controls = useContext(JobContext);
  if (!controls) throw new Error("useImportJob outside of ImportJobProvider");
  return controls;
}
