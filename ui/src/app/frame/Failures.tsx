import type { ErrorComponentProps } from "@tanstack/react-router";
import { EmptyState, ErrorState, LinkButton, Page } from "@/components";
import { HostError } from "@/host";

export function NotFound() {
  return (
    <Page>
      <EmptyState
        action={
          <LinkButton to="/" variant="default">
            Go to Overview
          </LinkButton>
        }
      >
        There is no screen at this address.
      </EmptyState>
    </Page>
  );
}

/** A screen that broke while it was drawn. The frame around it stays usable. */
export function ScreenFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Page>
      <ErrorState error={HostError.from(error)} what="This screen" onRetry={reset} />
    </Page>
  );
}
