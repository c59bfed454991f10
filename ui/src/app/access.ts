import { useDatabaseStatus } from "./queries";

/** What this connection lets a person do. */
export function useAccess() {
  const { data } = useDatabaseStatus();
  return {
    writable: data?.writable ?? false,
    production: data?.environment === "production",
    /** What is typed before a change on production: the database's own name. */
    word: data?.name.trim() ?? "",
    why: data && !data.writable ? (data.read_only_because ?? "This connection is read only.") : null,
  };
}
