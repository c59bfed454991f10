import type { Host } from "./host";

function insideWindow(): boolean {
  return "__TAURI_INTERNALS__" in window;
}

/**
 * The host for this surrounding. Invented data is reachable in development and in the mock build only: a production
 * build drops the branch, so that no figure on screen can ever be anything but the ledger's.
 */
export async function chooseHost(): Promise<Host> {
  if (import.meta.env.MODE !== "production" && !insideWindow()) {
    const { createMockHost, mockModeOf } = await import("./mock");
    return createMockHost(mockModeOf(window.location.search));
  }
  const { tauriHost } = await import("./tauri");
  return tauriHost;
}
