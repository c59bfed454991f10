import { Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ProgressLine } from "@/components";
import type { Progress } from "@/generated/bindings";
import { useHost } from "@/host";

/** A snapshot that is being opened, wherever it came from: how far its verification is, and what came of it. */
export function Opening() {
  const host = useHost();
  const client = useQueryClient();
  const navigate = useNavigate();
  const comparing = useRouterState({ select: (state) => state.location.pathname === "/difference" });
  const [progress, setProgress] = useState<Progress | null>(null);
  useEffect(
    () =>
      host.onOpening({
        progress: setProgress,
        opened: () => {
          setProgress(null);
          client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
          void client.resetQueries();
          void navigate({ to: "/" });
        },
        refused: ({ code, message }) => {
          setProgress(null);
          notifications.show({
            color: "red",
            autoClose: false,
            title: "The file was not opened",
            message: `${message} (${code})`,
          });
        },
      }),
    [host, client, navigate],
  );
  return (
    <Modal
      opened={progress !== null && !comparing}
      onClose={() => setProgress(null)}
      title="Verifying the snapshot"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <p>Every byte and every hash is compared before a number is shown.</p>
      <ProgressLine progress={progress} label="Verifying the snapshot" testId="opening-progress" />
    </Modal>
  );
}
