import { Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDatabaseStatus, useSession } from "@/app/queries";
import { ErrorState } from "@/components";
import { useHost } from "@/host";
import { FirstStart } from "./FirstStart";
import classes from "./start.module.css";

/** The frame needs a database. The first time there is none, and the sample company is made. */
export function StartGate({ children }: { children: ReactNode }) {
  const host = useHost();
  const client = useQueryClient();
  const session = useSession();
  const status = useDatabaseStatus();
  if (status.data) return children;
  if (!status.error) return session.isPending || status.isPending ? <div className={classes.quiet} /> : children;
  if (status.error.code === "no_database") return <FirstStart />;
  const openOther = async (open: () => Promise<unknown>) => {
    await open();
    await client.invalidateQueries();
  };
  return (
    <main className={classes.center}>
      <ErrorState
        error={status.error}
        what="The database"
        retrying={status.isFetching}
        onRetry={() => void status.refetch()}
      />
      <Group gap={8} justify="center">
        <Button variant="default" onClick={() => void openOther(host.openDatabase)}>
          Open another database
        </Button>
        <Button variant="default" onClick={() => void openOther(() => host.openSample(() => {}))}>
          Open the sample company
        </Button>
      </Group>
    </main>
  );
}
