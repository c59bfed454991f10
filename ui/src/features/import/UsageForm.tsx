import { TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import { usePresets } from "@/app/queries";
import { QueryView, Section } from "@/components";
import type { ImportRequest } from "@/generated/bindings";
import classes from "./import.module.css";
import { useImportJob } from "./job";
import { MappingField } from "./MappingField";
import { type Option, Options } from "./Options";
import { PathField } from "./PathField";
import { RunButtons } from "./RunButtons";

const OPTIONS: readonly Option<"backfill" | "allow_overlap" | "all_or_nothing">[] = [
  {
    name: "backfill",
    label: "Backfill",
    text: "Skips the checks for lateness and subscription. Closed periods stay closed, no alerts are raised.",
  },
  {
    name: "allow_overlap",
    label: "Allow overlap",
    text: "Takes a file without keys although it overlaps an earlier one.",
  },
  { name: "all_or_nothing", label: "All or nothing", text: "Takes no row when any row is put aside." },
];

type Props = { request: ImportRequest; onChange: (request: ImportRequest) => void };

/** A file of usage: file, mapping and options; a dry run first, then the import. */
export function UsageForm({ request, onChange }: Props) {
  const presets = usePresets();
  const { job, run } = useImportJob();
  const change = (part: Partial<ImportRequest>) => onChange({ ...request, ...part });
  const preset = presets.data?.find(({ name }) => name === request.map);
  const needsTenant = preset?.needs_tenant ?? false;
  const complete = Boolean(request.file && request.map && (!needsTenant || request.tenant));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete && job.state !== "running") void run({ kind: "usage", request: { ...request, dry_run: true } });
  };
  return (
    <Section title="File" testId="import-form">
      <form className={classes.form} onSubmit={submit}>
        <PathField
          label="Usage file"
          value={request.file ?? ""}
          onChange={(file) => change({ file })}
          testId="import-file"
        />
        <QueryView query={presets} what="The presets">
          {(list) => <MappingField presets={list} value={request.map ?? ""} onChange={(map) => change({ map })} />}
        </QueryView>
        {(needsTenant || (request.map && !preset)) && (
          <TextInput
            label="Tenant of every row"
            description="By name or outside id, for a file without a tenant column."
            value={request.tenant ?? ""}
            onChange={({ currentTarget }) => change({ tenant: currentTarget.value || null })}
            required={needsTenant}
            data-testid="import-tenant"
          />
        )}
        <Options options={OPTIONS} value={request} onChange={change} />
        <RunButtons
          complete={complete}
          onRun={() => void run({ kind: "usage", request: { ...request, dry_run: false } })}
        />
      </form>
    </Section>
  );
}
