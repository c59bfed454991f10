import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { SCREENS } from "../frame/screens";

/** How long `g` waits for its letter. */
const SEQUENCE_MS = 1_200;

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function dialogOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}

/** Keys that hold on every screen. Ctrl+K belongs to the palette itself. */
export function useKeyboard({ showHelp }: { showHelp: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  useEffect(() => {
    let startedAt = 0;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || dialogOpen()) return;
      if (event.timeStamp - startedAt < SEQUENCE_MS) {
        startedAt = 0;
        const screen = SCREENS.find(({ letter }) => letter === event.key);
        if (screen) {
          event.preventDefault();
          void navigate({ to: screen.to });
          return;
        }
      }
      if (event.key === "g") startedAt = event.timeStamp;
      else if (event.key === "?") showHelp();
      else if (event.key === "r") void client.invalidateQueries();
      else if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLInputElement>("[data-filter-input]")?.focus();
      }
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [navigate, client, showHelp]);
}
