import { notifications } from "@mantine/notifications";
import { type ReactNode, useState } from "react";
import { HostError, useHost } from "@/host";
import { type Asked, PasswordDialog } from "./PasswordDialog";
import { asksForPassword } from "./secret";
import { useOpenDatabase } from "./useOpenDatabase";

type Named = { connectionId: string; name: string };

/** Opens a saved connection; asks for its password where it is not at hand. The dialog must stand on the page. */
export function useOpenConnection(onOpened: () => void): { open: (named: Named) => Promise<void>; dialog: ReactNode } {
  const host = useHost();
  const openDatabase = useOpenDatabase();
  const [asked, setAsked] = useState<Asked | null>(null);
  const open = async (named: Named) => {
    try {
      if (await openDatabase(() => host.connectionOpen(named.connectionId, null))) onOpened();
    } catch (thrown) {
      const error = HostError.from(thrown);
      if (asksForPassword(error.code)) setAsked({ ...named, error });
      else
        notifications.show({
          color: "red",
          title: `${named.name} was not opened`,
          message: `${error.message} (${error.code})`,
        });
    }
  };
  const opened = () => {
    setAsked(null);
    onOpened();
  };
  return { open, dialog: <PasswordDialog asked={asked} onClose={() => setAsked(null)} onOpened={opened} /> };
}
