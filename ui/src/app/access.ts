import { useDatabaseStatus } from "./queries";

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
    why: data?.read_only_because ?? null,
  };
}
