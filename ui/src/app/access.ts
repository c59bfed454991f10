import { useDatabaseStatus } from "./queries";

/** What this connection lets a person do. */
export function useAccess() {
  const { data } = useDatabaseStatus();
  return {
    writable: data?.writable ?? false,
    production: data?.environment === "production",
    why: data && !data.writable ? "This connection is read only." : null,
  };
}
