import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { Notifications } from "@mantine/notifications";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type RouterHistory, RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { ImportJobProvider } from "@/features/import/job";
import { RunJobProvider } from "@/features/invoices/run-job";
import { StartGate } from "@/features/start/StartGate";
import { FormatProvider, usableLocale } from "@/format";
import { type Host, HostProvider } from "@/host";
import { useLocalePreference } from "./preferences";
import { createQueryClient, useSession } from "./queries";
import { createAppRouter } from "./router";
import { theme } from "./theme";

const schemes = localStorageColorSchemeManager({ key: "countinghouse.color-scheme" });

/** The locale: chosen in Settings, else the system's as the program says it, else en-US. */
function Localized({ children }: { children: ReactNode }) {
  const { data } = useSession();
  const [preferred] = useLocalePreference();
  return <FormatProvider locale={usableLocale(preferred || data?.locale)}>{children}</FormatProvider>;
}

type Props = { host: Host; history?: RouterHistory; client?: QueryClient };

export function App({ host, history, client }: Props) {
  const [queryClient] = useState(() => client ?? createQueryClient());
  const [router] = useState(() => createAppRouter(history));
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={schemes}>
      <DatesProvider settings={{ firstDayOfWeek: 1 }}>
        <HostProvider host={host}>
          <QueryClientProvider client={queryClient}>
            <Localized>
              <Notifications position="bottom-right" autoClose={4_000} transitionDuration={100} />
              <ImportJobProvider>
                <RunJobProvider>
                  <StartGate>
                    <RouterProvider router={router} />
                  </StartGate>
                </RunJobProvider>
              </ImportJobProvider>
            </Localized>
          </QueryClientProvider>
        </HostProvider>
      </DatesProvider>
    </MantineProvider>
  );
}
