import type { DatabaseStatus } from "@/generated/bindings";
import { useDatabaseStatus } from "./queries";

function whyNot({ snapshot, moment, read_only_because }: DatabaseStatus): string {
  if (snapshot) return "A snapshot is never changed.";
  if (moment) return "This is a review of one moment: end it to change something.";
  return read_only_because ?? "This connection is read only.";
}

/** What this connection lets a person do. */
export function useAccess() {
  const { data } = useDatabaseStatus();
  return {
    writable: data?.writable ?? false,
    production: data?.environment === "production",
    /** What is typed before a change on production: the database's own name. */
    word: data?.name.trim() ?? "",
    /** Of a snapshot notes are kept in a file beside it. */
    beside: Boolean(data?.snapshot),
    why: data && !data.writable ? whyNot(data) : null,
  };
}
