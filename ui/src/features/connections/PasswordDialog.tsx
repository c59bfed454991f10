import { Button, Group, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { FormFailure } from "@/components";
import { type HostError, useHost } from "@/host";
import { SecretField } from "./SecretField";
import { isKeyringCode, NO_SECRET, secretOf } from "./secret";
import { useOpenDatabase } from "./useOpenDatabase";

/** A connection that could not be opened without a password from the person. */
export type Asked = { connectionId: string; name: string; error: HostError };

type Props = { asked: Asked; onClose: () => void; onOpened: () => void };

function Form({ asked, onClose, onOpened }: Props) {
  const host = useHost();
  const openDatabase = useOpenDatabase();
  const [secret, setSecret] = useState({
    ...NO_SECRET,
    keep: isKeyringCode(asked.error.code) ? "run" : "keyring",
  } as typeof NO_SECRET);
  const open = useMutation<boolean, HostError>({
    mutationFn: () => openDatabase(() => host.connectionOpen(asked.connectionId, secretOf(secret))),
    onSuccess: onOpened,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        open.mutate();
      }}
      style={{ display: "grid", gap: 12 }}
      data-testid="password-dialog"
    >
      <FormFailure error={open.error ?? asked.error} />
      <SecretField value={secret} onChange={setSecret} focus />
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={onClose} disabled={open.isPending}>
          Cancel
        </Button>
        <Button type="submit" loading={open.isPending} disabled={secret.text === ""} data-testid="password-open">
          Open {asked.name}
        </Button>
      </Group>
    </form>
  );
}

/** Asks for the password of a connection, and opens it. */
export function PasswordDialog({ asked, onClose, onOpened }: Omit<Props, "asked"> & { asked: Asked | null }) {
  return (
    <Modal
      opened={asked !== null}
      onClose={onClose}
      title={asked ? `Password of ${asked.name}` : ""}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {asked && <Form asked={asked} onClose={onClose} onOpened={onOpened} />}
    </Modal>
  );
}
