import { MantineProvider } from "@mantine/core";
import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/queries";
import { theme } from "@/app/theme";
import type { Host } from "@/host";
import { createMockHost, type MockMode } from "@/host/mock";

/** The whole window at an address. Calls of the host can be replaced one by one. */
export function renderApp(
  address: string,
  { mode = "full", host = {} }: { mode?: MockMode; host?: Partial<Host> } = {},
) {
  const client = createQueryClient();
  const used: Host = { ...createMockHost(mode), ...host };
  const history = createMemoryHistory({ initialEntries: [address] });
  return { ...render(<App host={used} history={history} client={client} />), client, history };
}

/** One component in the theme. */
export function renderPart(part: ReactNode) {
  return render(
    <MantineProvider theme={theme} env="test">
      {part}
    </MantineProvider>,
  );
}

/** A person without pauses. Whether an element takes the pointer is a matter of real pixels. */
export function quickUser() {
  return userEvent.setup({ delay: null, pointerEventsCheck: 0 });
}
