import { Button, Group } from "@mantine/core";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { pauseAfter } from "@/app/frame/LostBanner";
import { useConnections, useDatabaseStatus, useSession } from "@/app/queries";
import { ErrorState, Waiting } from "@/components";
import { useOpenConnection } from "@/features/connections/useOpenConnection";
import { useOpenDatabase, useOpenOrSay } from "@/features/connections/useOpenDatabase";
import { useHost } from "@/host";
import { FirstStart } from "./FirstStart";
import classes from "./start.module.css";

/** Connections that are offered where none opened; all others are in Settings. */
const MOST_SHOWN = 4;

/** What passes by itself: a server that is not there yet. Everything else waits for a person. */
const PASSES = new Set(["connection_lost", "no_answer", "connect_timeout", "server_starting", "too_many_connections"]);

/** Opens what could not be opened at the start once more: when a person asks, and by itself where that may help. */
function useRetry() {
  const host = useHost();
  const openDatabase = useOpenDatabase();
  const { error, refetch } = useDatabaseStatus();
  const [failures, setFailures] = useState(1);
  const [retrying, setRetrying] = useState(false);
  const retry = useCallback(async () => {
    setRetrying(true);
    try {
      await openDatabase(host.openAgain);
    } catch {
      // What stands in the way may be another thing now.
      await refetch();
      setFailures((before) => before + 1);
    } finally {
      setRetrying(false);
    }
  }, [host, openDatabase, refetch]);
  const passes = error !== null && PASSES.has(error.code);
  useEffect(() => {
    if (!passes || retrying) return;
    const timer = setTimeout(() => void retry(), pauseAfter(failures, Math.random()));
    return () => clearTimeout(timer);
  }, [passes, retrying, failures, retry]);
  return { retry, retrying };
}

/** The frame needs a database. The first time there is none, and the sample company is made. */
export function StartGate({ children }: { children: ReactNode }) {
  const host = useHost();
  const openDatabase = useOpenOrSay();
  const session = useSession();
  const status = useDatabaseStatus();
  const connections = useConnections();
  const { open, dialog } = useOpenConnection(() => {});
  const { retry, retrying } = useRetry();
  if (status.data) return children;
  if (!status.error) {
    if (!session.isPending && !status.isPending) return children;
    return (
      <main className={classes.center}>
        <Waiting>
          <p className={classes.text}>Opening the database that was on screen last.</p>
        </Waiting>
      </main>
    );
  }
  if (status.error.code === "no_database") return <FirstStart />;
  return (
    <main className={classes.center}>
      <ErrorState error={status.error} what="The database" retrying={retrying} onRetry={() => void retry()} />
      <Group gap={8} justify="center">
        {connections.data?.slice(0, MOST_SHOWN).map(({ connection_id, settings }) => (
          <Button
            key={connection_id}
            onClick={() => void open({ connectionId: connection_id, name: settings.name })}
            data-testid={`start-connection-${connection_id}`}
          >
            Open {settings.name}
          </Button>
        ))}
        <Button variant="default" onClick={() => void openDatabase(host.openDatabase)}>
          Open another database
        </Button>
        <Button variant="default" onClick={() => void openDatabase(() => host.openSample(() => {}))}>
          Open the sample company
        </Button>
      </Group>
      {dialog}
    </main>
  );
}
