import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { HostError } from "@/host";

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

/** The same, and says why where it fails. */
export function useOpenOrSay() {
  const openDatabase = useOpenDatabase();
  return useCallback(
    async (open: () => Promise<unknown>): Promise<boolean> => {
      try {
        return await openDatabase(open);
      } catch (thrown) {
        const { code, message } = HostError.from(thrown);
        notifications.show({ color: "red", title: "The database was not opened", message: `${message} (${code})` });
        return false;
      }
    },
    [openDatabase],
  );
}
