import { Button, Checkbox, Group, Select, TextInput } from "@mantine/core";
import { IconFolderOpen } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useAccess } from "@/app/access";
import { usePresets } from "@/app/queries";
import { FormFailure, QueryView, Section, TypedConfirmation } from "@/components";
import type { ImportRequest, Preset } from "@/generated/bindings";
import { HostError, useHost } from "@/host";
import classes from "./import.module.css";
import { useImportJob } from "./job";

const OWN_MAPPING = "own-mapping";

type Props = { request: ImportRequest; onChange: (request: ImportRequest) => void };

function PathField({
  label,
  value,
  onChange,
  testId,
}: {
  label: string;
  value: string;
  onChange: (path: string) => void;
  testId: string;
}) {
  const host = useHost();
  const [error, setError] = useState<HostError | null>(null);
  const choose = async () => {
    try {
      setError(null);
      const path = await host.chooseFile();
      if (path) onChange(path);
    } catch (thrown) {
      setError(HostError.from(thrown));
    }
  };
  return (
    <div>
      <div className={classes.file}>
        <TextInput
          label={label}
          placeholder="Path of the file"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          title={value}
          flex={1}
          required
          data-testid={testId}
        />
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={15} />}
          onClick={() => void choose()}
          data-testid={`${testId}-choose`}
        >
          Choose
        </Button>
      </div>
      {error && <FormFailure error={error} />}
    </div>
  );
}

function Mapping({ request, onChange, presets }: Props & { presets: readonly Preset[] }) {
  const preset = presets.find(({ name }) => name === request.map);
  const [own, setOwn] = useState(Boolean(request.map) && !preset);
  const { tenant } = request;
  return (
    <>
      <Select
        label="Mapping"
        placeholder="Choose a preset"
        description={own ? "A mapping file in TOML." : preset?.description}
        inputWrapperOrder={["label", "input", "description", "error"]}
        data={[
          { group: "Presets", items: presets.map(({ name, title }) => ({ value: name, label: title })) },
          { group: "Own", items: [{ value: OWN_MAPPING, label: "A mapping file" }] },
        ]}
        value={own ? OWN_MAPPING : preset ? preset.name : null}
        onChange={(next) => {
          setOwn(next === OWN_MAPPING);
          onChange({ ...request, map: next === OWN_MAPPING || !next ? "" : next });
        }}
        required
        data-testid="import-map"
      />
      {own && (
        <PathField
          label="Mapping file"
          value={request.map ?? ""}
          onChange={(map) => onChange({ ...request, map })}
          testId="import-map-file"
        />
      )}
      {(own || preset?.needs_tenant) && (
        <TextInput
          label="Tenant of every row"
          description="By name or outside id, for a file without a tenant column."
          value={tenant ?? ""}
          onChange={({ currentTarget }) => onChange({ ...request, tenant: currentTarget.value || null })}
          required={preset?.needs_tenant ?? false}
          data-testid="import-tenant"
        />
      )}
    </>
  );
}

const OPTIONS = [
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
] as const;

/** File, mapping and options; a dry run first, then the import. */
export function ImportForm({ request, onChange }: Props) {
  const presets = usePresets();
  const { job, run } = useImportJob();
  const { writable, production, why, word } = useAccess();
  const [typed, setTyped] = useState("");
  const running = job.state === "running";
  const needsTenant = presets.data?.find(({ name }) => name === request.map)?.needs_tenant ?? false;
  const complete = Boolean(request.file && request.map && (!needsTenant || request.tenant));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete && !running) void run({ ...request, dry_run: true });
  };
  return (
    <Section title="File" testId="import-form">
      <form className={classes.form} onSubmit={submit}>
        <PathField
          label="Usage file"
          value={request.file ?? ""}
          onChange={(file) => onChange({ ...request, file })}
          testId="import-file"
        />
        <QueryView query={presets} what="The presets">
          {(list) => <Mapping request={request} onChange={onChange} presets={list} />}
        </QueryView>
        {OPTIONS.map(({ name, label, text }) => (
          <Checkbox
            key={name}
            size="xs"
            label={label}
            description={text}
            checked={request[name] ?? false}
            onChange={({ currentTarget }) => onChange({ ...request, [name]: currentTarget.checked })}
            data-testid={`import-${name}`}
          />
        ))}
        {production && <TypedConfirmation value={typed} onChange={setTyped} />}
        <Group justify="flex-end" gap={8}>
          <Button type="submit" variant="default" disabled={!complete || running} data-testid="import-dry-run">
            Dry run
          </Button>
          <Button
            disabled={!complete || running || !writable || (production && typed.trim() !== word)}
            title={why ?? undefined}
            onClick={() => void run({ ...request, dry_run: false })}
            data-testid="import-run"
          >
            Import
          </Button>
        </Group>
      </form>
    </Section>
  );
}
