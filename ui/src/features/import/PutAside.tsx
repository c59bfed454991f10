import { CopyIcon } from "@/components";
import classes from "./import.module.css";

/** Where the rows that were put aside lie. */
export function PutAside({ file }: { file: string | null }) {
  if (!file) return null;
  return (
    <p className={classes.note} data-testid="import-put-aside" data-figure={file}>
      <span className="dim">Rows put aside, to be corrected and imported again:</span>
      <span className="mono cut">{file}</span>
      <CopyIcon value={file} label="Copy path" />
    </p>
  );
}
