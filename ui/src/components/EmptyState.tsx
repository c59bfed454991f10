import { IconInbox } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./states.module.css";

/** One sentence about what will be here, and one action. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.state} data-testid="empty-state">
      <IconInbox size={22} className={classes.icon} stroke={1.6} aria-hidden />
      <p className={classes.text}>{children}</p>
      {action && <div className={classes.buttons}>{action}</div>}
    </div>
  );
}
