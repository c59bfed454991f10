import type { Host } from "./host";

function insideWindow(): boolean {
  return "__TAURI_INTERNALS__" in window;
}

/**
 * The mode is in the address once and then belongs to the tab: the addresses of screens live in the hash, and a query
 * before it would become part of their own.
 */
function takeSearch(): string {
  const { search, pathname, hash } = window.location;
  if (search) {
    sessionStorage.setItem("countinghouse.mock", search);
    window.history.replaceState(null, "", pathname + hash);
  }
  return sessionStorage.getItem("countinghouse.mock") ?? "";
}

/**
 * The host for this surrounding. Invented data is reachable in development and in the mock build only: a production
 * build drops the branch, so that no figure on screen can ever be anything but the ledger's.
 */
export async function chooseHost(): Promise<Host> {
  if (import.meta.env.MODE !== "production" && !insideWindow()) {
    const { createMockHost, mockModeOf } = await import("./mock");
    return createMockHost(mockModeOf(takeSearch()));
  }
  const { tauriHost } = await import("./tauri");
  return tauriHost;
}
