import type { ReactNode } from "react";
import classes from "./page.module.css";

type Props = {
  title: ReactNode;
  /** One line: as of when, how many, which filter. */
  context?: ReactNode;
  /** Status badges beside the title. */
  badges?: ReactNode;
  /** At most one primary action, others as plain buttons before it. */
  actions?: ReactNode;
};

export function PageHeader({ title, context, badges, actions }: Props) {
  return (
    <header className={classes.header}>
      <div className={classes.headline}>
        <div className={classes.titleRow}>
          <h1 className={classes.title} data-testid="page-title">
            {title}
          </h1>
          {badges}
        </div>
        <p className={classes.context} data-testid="page-context">
          {context ?? "\u00a0"}
        </p>
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
