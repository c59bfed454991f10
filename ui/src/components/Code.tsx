import { CopyIcon } from "./CopyIcon";
import classes from "./code.module.css";

/** An id or key in the monospaced face with a button that copies it; the middle is cut when room is short. */
export function Code({ value, label }: { value: string; label: string }) {
  return (
    <span className={classes.code}>
      <bdi className={`${classes.text} mono`} title={value}>
        {value}
      </bdi>
      <CopyIcon value={value} label={`Copy ${label}`} />
    </span>
  );
}
