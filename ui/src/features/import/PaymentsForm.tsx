import type { FormEvent } from "react";
import { ReasonField, Section } from "@/components";
import type { PaymentsImportRequest } from "@/generated/bindings";
import classes from "./import.module.css";
import { useImportJob } from "./job";
import { PathField } from "./PathField";
import { RunButtons } from "./RunButtons";

type Props = { request: PaymentsImportRequest; onChange: (request: PaymentsImportRequest) => void };

/** A file of payments, such as a bank's: each row pays an invoice. */
export function PaymentsForm({ request, onChange }: Props) {
  const { job, run } = useImportJob();
  const asked = { ...request, reason: request.reason.trim() };
  const complete = Boolean(asked.file && asked.reason);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete && job.state !== "running") void run({ kind: "payments", request: { ...asked, dry_run: true } });
  };
  return (
    <Section title="File" testId="import-form">
      <form className={classes.form} onSubmit={submit}>
        <PathField
          label="Payment file"
          value={request.file}
          onChange={(file) => onChange({ ...request, file })}
          testId="import-file"
        />
        <ReasonField
          value={request.reason}
          onChange={(reason) => onChange({ ...request, reason })}
          error={job.error?.field === "reason" ? job.error.message : undefined}
        />
        <RunButtons
          complete={complete}
          onRun={() => void run({ kind: "payments", request: { ...asked, dry_run: false } })}
        />
      </form>
    </Section>
  );
}
