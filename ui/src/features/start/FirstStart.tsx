import { IconBuildingBank } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ErrorState, ProgressLine } from "@/components";
import type { Progress } from "@/generated/bindings";
import { HostError, useHost } from "@/host";
import classes from "./start.module.css";

/** The first picture of the program: the sample company is made, with progress. Nothing is asked. */
export function FirstStart() {
  const host = useHost();
  const client = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const [error, setError] = useState<HostError | null>(null);
  const begun = useRef(false);

  const make = useCallback(async () => {
    setError(null);
    try {
      await host.openSample(setProgress);
      await client.invalidateQueries();
    } catch (thrown) {
      setError(HostError.from(thrown));
    }
  }, [host, client]);

  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    void make();
  }, [make]);

  return (
    <main className={classes.center} data-testid="first-start">
      <IconBuildingBank size={36} stroke={1.4} className={classes.mark} aria-hidden />
      <h1 className={classes.title}>Countinghouse</h1>
      {error ? (
        <ErrorState error={error} what="The sample company" onRetry={() => void make()} />
      ) : (
        <>
          <p className={classes.text}>The sample company is being made: 250 tenants, 13 months of usage.</p>
          <div className={classes.progress}>
            <ProgressLine progress={progress} label="Making the sample company" testId="sample-progress" />
          </div>
        </>
      )}
    </main>
  );
}
