import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { HostError } from "@/host";
import { ErrorState } from "./ErrorState";
import classes from "./states.module.css";
import { Waiting } from "./Waiting";

/** The part of a query that the states need. */
type QueryLike<T> = {
  data: T | undefined;
  error: HostError | null;
  isFetching: boolean;
  refetch: () => unknown;
};

type Props<T> = {
  query: QueryLike<T>;
  /** What is loaded, for the error: "The tenants". */
  what: string;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
};

/** Loading, error and data of one query. Old figures stay while new ones load, and when a refresh fails. */
export function QueryView<T>({ query, what, skeleton, children }: Props<T>) {
  const { data, error, isFetching, refetch } = query;
  if (data === undefined) {
    if (error) return <ErrorState error={error} what={what} retrying={isFetching} onRetry={() => refetch()} />;
    return <Waiting>{skeleton}</Waiting>;
  }
  return (
    <>
      {error && (
        <div className={classes.stale} role="alert" data-testid="stale-state" data-code={error.code}>
          <IconAlertTriangle size={15} aria-hidden />
          <span>These figures could not be refreshed: {error.message}</span>
          <Button variant="default" size="compact-xs" loading={isFetching} onClick={() => refetch()}>
            Try again
          </Button>
        </div>
      )}
      {children(data)}
    </>
  );
}
