import { ActionIcon, Button, Group, Menu, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useConnections } from "@/app/queries";
import { EmptyState, FormFailure, type PlainColumn, PlainTable, QueryView, Section } from "@/components";
import { useFormat } from "@/format";
import type { ConnectionRemoved, ConnectionRow, SecretPlace } from "@/generated/bindings";
import { HostError, useHost } from "@/host";
import { ConnectionDialog, type Editing } from "./ConnectionDialog";
import classes from "./connections.module.css";
import { useOpenConnection } from "./useOpenConnection";

const SECRETS: Record<SecretPlace, string> = { none: "not kept", keyring: "in the keyring", run: "for this run" };

/** A name that no other connection has. */
export function nameOfCopy(name: string, rows: readonly ConnectionRow[]): string {
  const taken = new Set(rows.map(({ settings }) => settings.name));
  for (let number = 2; ; number += 1) {
    const candidate = `${name.slice(0, 50)} (${number})`;
    if (!taken.has(candidate)) return candidate;
  }
}

function Removal({ row, onClose }: { row: ConnectionRow; onClose: () => void }) {
  const host = useHost();
  const client = useQueryClient();
  const remove = useMutation<ConnectionRemoved, HostError>({
    mutationFn: () => host.connectionRemove(row.connection_id),
    onSuccess: async ({ name, secret_left }) => {
      notifications.show({
        title: `${name} is removed`,
        message: secret_left ? `Its password may still be in the keyring: ${secret_left}` : "Its password, too.",
        color: secret_left ? "yellow" : "green",
      });
      onClose();
      await client.invalidateQueries({ queryKey: ["connections"] });
    },
  });
  return (
    <div style={{ display: "grid", gap: 12 }} data-testid="connection-removal">
      <p style={{ margin: 0 }}>
        The connection goes from this machine, and its password out of the keyring. The database stays as it is.
      </p>
      {remove.error && <FormFailure error={remove.error} />}
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={onClose} disabled={remove.isPending}>
          Cancel
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()} data-testid="connection-remove">
          Remove connection
        </Button>
      </Group>
    </div>
  );
}

/** The saved connections: open, change, copy, remove, add. */
export function ConnectionsSection() {
  const query = useConnections();
  const host = useHost();
  const client = useQueryClient();
  const format = useFormat();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [removing, setRemoving] = useState<ConnectionRow | null>(null);
  const navigate = useNavigate();
  const { open, dialog } = useOpenConnection(() => void navigate({ to: "/" }));

  const duplicate = async (row: ConnectionRow) => {
    try {
      await host.connectionDuplicate(row.connection_id, nameOfCopy(row.settings.name, query.data ?? []));
      await client.invalidateQueries({ queryKey: ["connections"] });
    } catch (thrown) {
      const { message, code } = HostError.from(thrown);
      notifications.show({ color: "red", title: "No copy was made", message: `${message} (${code})` });
    }
  };

  const columns: readonly PlainColumn<ConnectionRow>[] = [
    {
      head: "Name",
      cell: ({ settings }) => (
        <>
          <span className={classes.dot} data-environment={settings.environment} aria-hidden />
          <bdi>{settings.name}</bdi>
        </>
      ),
    },
    { head: "Environment", cell: ({ settings }) => settings.environment },
    { head: "Database", cell: ({ location }) => <bdi className="mono">{location}</bdi> },
    { head: "Access", cell: ({ settings }) => (settings.read_only ? "read only" : "may change") },
    { head: "Password", cell: ({ secret }) => SECRETS[secret] },
    {
      head: "Last used (UTC)",
      cell: ({ last_used_at }) => (last_used_at ? format.moment(last_used_at, "UTC") : "never"),
    },
    {
      head: "Actions",
      align: "right",
      cell: (row) => (
        <div className={classes.actions}>
          <Button
            variant="default"
            size="compact-xs"
            onClick={() => void open({ connectionId: row.connection_id, name: row.settings.name })}
            data-testid={`connection-open-${row.connection_id}`}
          >
            Open
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" size="sm" aria-label={`More about ${row.settings.name}`}>
                <IconDots size={15} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setEditing({ before: row })}>Change or test</Menu.Item>
              <Menu.Item onClick={() => void duplicate(row)}>Make a copy</Menu.Item>
              <Menu.Item color="red" onClick={() => setRemoving(row)}>
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      ),
    },
  ];

  const add = (
    <Button size="compact-sm" onClick={() => setEditing({ before: null })} data-testid="connection-add">
      New connection
    </Button>
  );
  return (
    <Section title="Connections" testId="settings-connections" actions={query.data?.length ? add : undefined}>
      <QueryView query={query} what="The connections">
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState action={add}>Connections to the company’s PostgreSQL databases will be here.</EmptyState>
          ) : (
            <PlainTable
              caption="Saved connections"
              columns={columns}
              rows={rows}
              rowKey={({ connection_id }) => connection_id}
              rowTestId={({ connection_id }) => `connection-${connection_id}`}
            />
          )
        }
      </QueryView>
      <ConnectionDialog editing={editing} onClose={() => setEditing(null)} />
      <Modal
        opened={removing !== null}
        onClose={() => setRemoving(null)}
        title={removing ? `Remove ${removing.settings.name}` : ""}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {removing && <Removal row={removing} onClose={() => setRemoving(null)} />}
      </Modal>
      {dialog}
    </Section>
  );
}
