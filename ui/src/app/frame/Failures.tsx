import { Button } from "@mantine/core";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { EmptyState, ErrorState, Page } from "@/components";
import { HostError } from "@/host";

export function NotFound() {
  return (
    <Page>
      <EmptyState
        action={
          <Button component={Link} to="/" variant="default">
            Go to Overview
          </Button>
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
