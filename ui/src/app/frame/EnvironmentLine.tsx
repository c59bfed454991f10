import { type Formatter, useFormat } from "@/format";
import type { DatabaseStatus } from "@/generated/bindings";
import { useDatabaseStatus } from "../queries";
import classes from "./frame.module.css";

function wordsFor(status: DatabaseStatus, format: Formatter): string {
  switch (status.environment) {
    case "production":
      return "PRODUCTION";
    case "staging":
      return "STAGING";
    case "development":
      return "DEVELOPMENT";
    case "sample":
      return "SAMPLE COMPANY";
    case "snapshot":
      return `SNAPSHOT · read only, as of ${format.moment(status.newest_event_at ?? status.as_of, "UTC")} UTC`;
  }
}

/** The line along the very top: nobody is ever in doubt whether the money is real. */
export function EnvironmentLine() {
  const { data } = useDatabaseStatus();
  const format = useFormat();
  return (
    <aside
      className={classes.line}
      aria-label="Environment"
      data-environment={data?.environment}
      data-testid="environment-line"
    >
      {data ? wordsFor(data, format) : "\u00a0"}
    </aside>
  );
}
