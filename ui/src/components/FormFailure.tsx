import { IconAlertCircle } from "@tabler/icons-react";
import type { HostError } from "@/host";
import { CopyIcon } from "./CopyIcon";
import classes from "./change.module.css";

/** An error inside a dialog: the sentence, the code, both to copy. */
export function FormFailure({ error }: { error: HostError }) {
  const report = [`code: ${error.code}`, `message: ${error.message}`, error.detail && `detail: ${error.detail}`];
  return (
    <div className={classes.failure} role="alert" data-testid="form-failure" data-code={error.code}>
      <IconAlertCircle size={16} aria-hidden />
      <span>
        {error.message} <span className="mono">{error.code}</span>
      </span>
      <CopyIcon value={report.filter(Boolean).join("\n")} label="Copy details" />
    </div>
  );
}
