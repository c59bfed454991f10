import { useState } from "react";
import { EmptyState, ErrorState, Page, PageHeader } from "@/components";
import type { ImportRequest } from "@/generated/bindings";
import { ImportForm } from "./ImportForm";
import { ImportProgress } from "./ImportProgress";
import { ImportResult } from "./ImportResult";
import classes from "./import.module.css";
import { useImportJob } from "./job";

const FRESH: ImportRequest = {
  file: "",
  map: "",
  tenant: null,
  backfill: false,
  allow_overlap: false,
  all_or_nothing: false,
  dry_run: true,
};

/** A usage file: choose, look at a dry run, then take it. */
export function ImportPage() {
  const { job, run } = useImportJob();
  const [request, setRequest] = useState<ImportRequest>(job.request ?? FRESH);
  const { report, error } = job;
  return (
    <Page>
      <PageHeader
        title="Import usage"
        context="CSV, JSON Lines, CloudEvents or FOCUS. Known events are counted once, however often a file is imported."
      />
      <div className={classes.columns}>
        <ImportForm request={request} onChange={setRequest} />
        <div className={classes.stack}>
          {job.state === "running" && <ImportProgress />}
          {error && (
            <ErrorState
              error={error}
              what={job.request?.dry_run ? "The dry run" : "The import"}
              onRetry={() => job.request && void run(job.request)}
            />
          )}
          {report && <ImportResult report={report} />}
          {job.state === "idle" && (
            <EmptyState>
              A dry run shows here the first rows as they would be taken, totals and all problems.
            </EmptyState>
          )}
        </div>
      </div>
    </Page>
  );
}
