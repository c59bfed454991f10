import { Button, Checkbox, Group, Modal, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormFailure } from "@/components";
import type { ConnectionForm, ConnectionRow, ConnectionTest } from "@/generated/bindings";
import { type HostError, useHost } from "@/host";
import classes from "./connections.module.css";
import { SecretField } from "./SecretField";
import { NO_SECRET, secretOf } from "./secret";
import { TestResult } from "./TestResult";

const NEW: ConnectionForm = {
  name: "",
  environment: "production",
  host: "",
  port: 5432,
  database: "",
  user: "",
  tls: "verify_full",
  root_certificate: null,
  client_certificate: null,
  client_key: null,
  read_only: true,
  allow_owner: false,
  connect_timeout_s: 10,
  statement_timeout_s: 300,
};

const FIELDS = new Set([...Object.keys(NEW), "secret"]);

const ENVIRONMENTS = [
  { value: "production", label: "Production" },
  { value: "staging", label: "Staging" },
  { value: "development", label: "Development" },
];

const TLS = [
  { value: "verify_full", label: "Encrypted, certificate and host verified" },
  { value: "verify_ca", label: "Encrypted, certificate verified for any host" },
  { value: "off", label: "Off: only for a line that stays on this machine" },
];

type Props = { before: ConnectionRow | null; onClose: () => void };

function Form({ before, onClose }: Props) {
  const host = useHost();
  const client = useQueryClient();
  const [form, setForm] = useState(before?.settings ?? NEW);
  const [secret, setSecret] = useState(NO_SECRET);
  const change = (part: Partial<ConnectionForm>) => setForm((old) => ({ ...old, ...part }));
  const test = useMutation<ConnectionTest, HostError>({
    mutationFn: () => host.connectionTest(before?.connection_id ?? null, form, secret.text || null),
  });
  const save = useMutation<ConnectionRow, HostError>({
    mutationFn: () =>
      before
        ? host.connectionEdit(before.connection_id, form, secretOf(secret))
        : host.connectionAdd(form, secretOf(secret)),
    onSuccess: async ({ settings }) => {
      notifications.show({
        title: `${settings.name} is saved`,
        message: "It is in the database menu.",
        color: "green",
      });
      setSecret(NO_SECRET);
      onClose();
      await client.invalidateQueries({ queryKey: ["connections"] });
    },
  });
  const failure = save.error ?? test.error;
  const errorOf = (field: string) => (failure?.field === field ? failure.message : undefined);
  const text = (field: "name" | "host" | "database" | "user", label: string, description?: string) => (
    <TextInput
      label={label}
      description={description}
      value={form[field]}
      onChange={({ currentTarget }) => change({ [field]: currentTarget.value })}
      error={errorOf(field)}
      required
      autoComplete="off"
      data-autofocus={field === "name" || undefined}
      data-testid={`field-${field}`}
    />
  );
  const file = (field: "root_certificate" | "client_certificate" | "client_key", label: string) => (
    <TextInput
      className={field === "root_certificate" ? classes.wide : undefined}
      label={label}
      placeholder="An absolute path of a PEM file"
      value={form[field] ?? ""}
      onChange={({ currentTarget }) => change({ [field]: currentTarget.value || null })}
      error={errorOf(field)}
      autoComplete="off"
      data-testid={`field-${field}`}
    />
  );
  const kept = before?.secret === "keyring" ? "One is in the keyring; leave this empty to keep it." : undefined;
  const development = form.environment === "development";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
      style={{ display: "grid", gap: 12 }}
      data-testid="connection-form"
    >
      <div className={classes.fields}>
        {text("name", "Name")}
        <Select
          label="Environment"
          data={ENVIRONMENTS}
          value={form.environment}
          onChange={(next) =>
            change({
              environment: (next as ConnectionForm["environment"]) ?? "production",
              allow_owner: next === "development" && form.allow_owner,
            })
          }
          error={errorOf("environment")}
          allowDeselect={false}
          data-testid="field-environment"
        />
        {text("host", "Host", "A name, an address, or the folder of a local socket")}
        <NumberInput
          label="Port"
          description="5432 unless told otherwise"
          value={form.port}
          onChange={(port) => change({ port: Number(port) || 0 })}
          min={1}
          max={65_535}
          error={errorOf("port")}
          hideControls
          data-testid="field-port"
        />
        {text("database", "Database")}
        {text("user", "User")}
        <Select
          className={classes.wide}
          label="TLS"
          data={TLS}
          value={form.tls}
          onChange={(tls) => change({ tls: (tls as ConnectionForm["tls"]) ?? "verify_full" })}
          error={errorOf("tls")}
          allowDeselect={false}
          data-testid="field-tls"
        />
        {form.tls !== "off" && (
          <>
            {file("root_certificate", "Certificate of the company's authority")}
            {file("client_certificate", "Client certificate")}
            {file("client_key", "Client key")}
          </>
        )}
        <div className={classes.wide}>
          <SegmentedControl
            aria-label="Access"
            value={form.read_only ? "read" : "write"}
            onChange={(next) => change({ read_only: next === "read" })}
            data={[
              { value: "read", label: "Read only" },
              { value: "write", label: "May change" },
            ]}
            data-testid="field-access"
          />
        </div>
        {development && (
          <Checkbox
            className={classes.wide}
            label="A superuser or owner may work here"
            description="Only for a database of a developer: such a login could change or empty the ledger."
            checked={form.allow_owner}
            onChange={({ currentTarget }) => change({ allow_owner: currentTarget.checked })}
            error={errorOf("allow_owner")}
            data-testid="field-allow_owner"
          />
        )}
        <NumberInput
          label="Time to connect (seconds)"
          value={form.connect_timeout_s}
          onChange={(seconds) => change({ connect_timeout_s: Number(seconds) || 0 })}
          min={1}
          max={120}
          error={errorOf("connect_timeout_s")}
          hideControls
        />
        <NumberInput
          label="Time for a statement (seconds)"
          placeholder="No limit"
          value={form.statement_timeout_s ?? ""}
          onChange={(seconds) => change({ statement_timeout_s: seconds === "" ? null : Number(seconds) })}
          min={1}
          max={86_400}
          error={errorOf("statement_timeout_s")}
          hideControls
        />
        <div className={classes.wide}>
          <SecretField value={secret} onChange={setSecret} description={kept} error={errorOf("secret")} />
        </div>
      </div>
      {test.data && !test.isPending && <TestResult test={test.data} />}
      {failure && !(failure.field && FIELDS.has(failure.field)) && <FormFailure error={failure} />}
      <Group justify="space-between" gap={8} className={classes.acts}>
        <Button variant="default" onClick={() => test.mutate()} loading={test.isPending} data-testid="connection-test">
          Test
        </Button>
        <Group gap={8}>
          <Button variant="default" onClick={onClose} disabled={save.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} data-testid="connection-save">
            Save connection
          </Button>
        </Group>
      </Group>
    </form>
  );
}

/** What the dialog is about: a new connection, or one that is there. */
export type Editing = { before: ConnectionRow | null };

/** Adds or changes a saved connection, and tests it as the form stands. */
export function ConnectionDialog({ editing, onClose }: { editing: Editing | null; onClose: () => void }) {
  return (
    <Modal
      opened={editing !== null}
      onClose={onClose}
      title={editing?.before ? `Connection ${editing.before.settings.name}` : "New connection"}
      size={620}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {editing && <Form before={editing.before} onClose={onClose} />}
    </Modal>
  );
}
