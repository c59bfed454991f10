import { type Formatter, plural, useFormat } from "@/format";
import type { DatabaseStatus } from "@/generated/bindings";
import { useDatabaseStatus } from "../queries";
import classes from "./frame.module.css";

function snapshotWords(status: DatabaseStatus, format: Formatter): string {
  const { snapshot } = status;
  const at = snapshot?.as_of ?? status.as_of;
  const words = [`SNAPSHOT · read only, as of ${format.moment(at, "UTC")} UTC, ${format.relative(at, Date.now())}`];
  if (!snapshot) return words[0] as string;
  words.push(`of ${snapshot.ledger_name} (${snapshot.ledger_environment}) from ${snapshot.source}`);
  const tenants = plural(snapshot.tenants, format.count(snapshot.tenants), "tenant", "tenants");
  words.push(snapshot.all_tenants ? `all ${tenants}` : `only ${tenants}`);
  if (snapshot.from && snapshot.to) words.push(`billing periods from ${snapshot.from} to before ${snapshot.to}`);
  return words.join(" · ");
}

function wordsFor(status: DatabaseStatus, format: Formatter): string {
  const words = placeWords(status, format);
  if (!status.moment || status.snapshot) return words;
  return `${words} · review, read only, as of ${format.moment(status.moment, "UTC")} UTC`;
}

function placeWords(status: DatabaseStatus, format: Formatter): string {
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
      return snapshotWords(status, format);
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
