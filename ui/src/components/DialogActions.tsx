import type { ReactNode } from "react";
import classes from "./change.module.css";

type Props = {
  children: ReactNode;
  /** What went wrong, so that it is in view wherever the dialog is scrolled to. */
  failure?: ReactNode;
};

/** The last row of a dialog. It stays in view while a long dialog scrolls under it. */
export function DialogActions({ children, failure }: Props) {
  return (
    <div className={classes.actions}>
      {failure}
      <div className={classes.buttons}>{children}</div>
    </div>
  );
}
