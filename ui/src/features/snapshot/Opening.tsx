import { Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ProgressLine } from "@/components";
import { useOpenDatabase } from "@/features/connections/useOpenDatabase";
import type { Progress } from "@/generated/bindings";
import { useHost } from "@/host";

/** A snapshot that is being opened, wherever it came from: how far its verification is, and what came of it. */
export function Opening() {
  const host = useHost();
  const openDatabase = useOpenDatabase();
  const navigate = useNavigate();
  const comparing = useRouterState({ select: (state) => state.location.pathname === "/difference" });
  const [progress, setProgress] = useState<Progress | null>(null);
  useEffect(
    () =>
      host.onOpening({
        progress: setProgress,
        ended: () => setProgress(null),
        opened: () => {
          // It is open already: what is left is to forget the one before.
          void openDatabase(async () => {}).then(() => navigate({ to: "/" }));
        },
        refused: ({ code, message }) => {
          notifications.show({
            color: "red",
            autoClose: false,
            title: "The file was not opened",
            message: `${message} (${code})`,
          });
        },
      }),
    [host, openDatabase, navigate],
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
