import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { useConnections, useDatabaseStatus, useSession } from "@/app/queries";
import { ErrorState, Waiting } from "@/components";
import { useOpenConnection } from "@/features/connections/useOpenConnection";
import { useOpenOrSay } from "@/features/connections/useOpenDatabase";
import { useHost } from "@/host";
import { FirstStart } from "./FirstStart";
import classes from "./start.module.css";

/** Connections that are offered where none opened; all others are in Settings. */
const MOST_SHOWN = 4;

/** The frame needs a database. The first time there is none, and the sample company is made. */
export function StartGate({ children }: { children: ReactNode }) {
  const host = useHost();
  const openDatabase = useOpenOrSay();
  const session = useSession();
  const status = useDatabaseStatus();
  const connections = useConnections();
  const { open, dialog } = useOpenConnection(() => {});
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
      <ErrorState
        error={status.error}
        what="The database"
        retrying={status.isFetching}
        onRetry={() => void status.refetch()}
      />
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
