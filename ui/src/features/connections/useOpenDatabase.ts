import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

/** Kept while the database on screen changes: they are not of it. */
const NOT_OF_THE_DATABASE = new Set<unknown>(["session", "connections"]);

/** Puts another database on screen: nothing of the old one may stay under the new one's name. */
export function useOpenDatabase() {
  const client = useQueryClient();
  return useCallback(
    async (open: () => Promise<unknown>): Promise<boolean> => {
      if ((await open()) === null) return false;
      client.removeQueries({ predicate: ({ queryKey }) => !NOT_OF_THE_DATABASE.has(queryKey[0]) });
      await client.resetQueries();
      return true;
    },
    [client],
  );
}
