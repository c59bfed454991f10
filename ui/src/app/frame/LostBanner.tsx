import { Button } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { HostError, useHost } from "@/host";
import { useDatabaseStatus } from "../queries";
import classes from "./frame.module.css";

/** How often a server is asked whether it is there, while it is. */
const HEARTBEAT_MS = 10_000;
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** The pause after so many attempts that failed: doubled each time up to half a minute, and a fifth of it by chance. */
export function pauseAfter(failures: number, chance: number): number {
  const whole = Math.min(FIRST_MS * 2 ** Math.max(failures - 1, 0), LONGEST_MS);
  return Math.round(whole * (0.8 + 0.2 * chance));
}

/**
 * Says that the database does not answer, and tries again by itself. Screens and dialogs stay as they are beneath it,
 * with all that was typed; once it answers everything is read again.
 */
export function LostBanner() {
  const host = useHost();
  const client = useQueryClient();
  const { data } = useDatabaseStatus();
  // A new object for each answer: one that comes before the page was drawn again must still begin the next pause.
  const [health, setHealth] = useState({ failures: 0 });
  const [asking, setAsking] = useState(false);
  const lost = useRef(false);
  const watched = data?.engine === "postgres";

  const ask = useCallback(async () => {
    setAsking(true);
    try {
      await host.connectionAlive();
      const wasLost = lost.current;
      lost.current = false;
      setHealth({ failures: 0 });
      if (wasLost) await client.invalidateQueries();
    } catch (thrown) {
      // A server that says it is going down has its own words for it; either way it does not answer.
      const isLost = HostError.from(thrown).code !== "no_database";
      if (isLost) lost.current = true;
      setHealth(({ failures }) => ({ failures: isLost ? failures + 1 : failures }));
    } finally {
      setAsking(false);
    }
  }, [host, client]);

  useEffect(() => {
    if (!watched || asking) return;
    const pause = health.failures === 0 ? HEARTBEAT_MS : pauseAfter(health.failures, Math.random());
    const timer = setTimeout(() => void ask(), pause);
    return () => clearTimeout(timer);
  }, [watched, health, asking, ask]);

  // A screen that found it first.
  useEffect(() => {
    if (!watched) return;
    return client.getQueryCache().subscribe(({ query }) => {
      const error = query.state.error as HostError | null;
      if (error?.code !== "connection_lost" || lost.current) return;
      lost.current = true;
      setHealth({ failures: 1 });
    });
  }, [watched, client]);

  if (!watched || health.failures === 0) return null;
  return (
    <div className={classes.lost} role="alert" data-testid="lost-banner" data-failures={health.failures}>
      <IconPlugConnectedX size={15} aria-hidden />
      <span>
        The connection to {data.name} is lost. It is tried again by itself, and what you have typed stays. Whether a
        change that was under way is in shows once it answers.
      </span>
      <Button variant="default" size="compact-xs" loading={asking} onClick={() => void ask()}>
        Try now
      </Button>
    </div>
  );
}
