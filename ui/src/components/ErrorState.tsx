import { Button, CopyButton } from "@mantine/core";
import { IconAlertCircle, IconCheck, IconCopy, IconRefresh } from "@tabler/icons-react";
import type { HostError } from "@/host";
import classes from "./states.module.css";

function reportOf(error: HostError): string {
  const lines = [`code: ${error.code}`, `message: ${error.message}`];
  if (error.field) lines.push(`field: ${error.field}`);
  if (error.line !== null) lines.push(`line: ${error.line}`);
  if (error.detail) lines.push(`detail: ${error.detail}`);
  return lines.join("\n");
}

type Props = {
  error: HostError;
  onRetry?: () => void;
  retrying?: boolean;
  what: string;
  /** What did not happen to it; loading, where nothing else is said. */
  outcome?: "stopped";
};

/** What happened, what to do, the code and details to copy, and a way to try again. */
export function ErrorState({ error, onRetry, retrying, what, outcome }: Props) {
  return (
    <div className={classes.state} role="alert" data-testid="error-state" data-code={error.code}>
      <IconAlertCircle size={22} className={classes.errorIcon} aria-hidden />
      <h2 className={classes.title}>
        {what} {outcome ?? "could not be loaded"}
      </h2>
      <p className={classes.text}>{error.message}</p>
      <p className={classes.code}>
        <span className="mono">{error.code}</span>
      </p>
      <div className={classes.buttons}>
        {onRetry && (
          <Button
            leftSection={<IconRefresh size={14} />}
            onClick={onRetry}
            loading={retrying}
            data-testid="error-retry"
          >
            Try again
          </Button>
        )}
        <CopyButton value={reportOf(error)}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy details"}
            </Button>
          )}
        </CopyButton>
      </div>
      {error.detail && (
        <details className={classes.details}>
          <summary>Details</summary>
          <pre>{error.detail}</pre>
        </details>
      )}
    </div>
  );
}
