import { type ReactNode, useId } from "react";
import { ScrollRegion } from "./ScrollRegion";
import classes from "./section.module.css";

type Props = {
  title: string;
  /** Small text after the title. */
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Tables reach the edges; everything else has room around it. */
  flush?: "flush" | "padded";
  testId?: string;
};

/** A titled card, the only box in which figures stand. */
export function Section({ title, note, actions, children, flush = "padded", testId }: Props) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id} data-testid={testId}>
      <div className={classes.head}>
        <h2 className={classes.title} id={id}>
          {title}
        </h2>
        {note && <span className={classes.note}>{note}</span>}
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {flush === "flush" ? (
        <ScrollRegion label={title}>{children}</ScrollRegion>
      ) : (
        <div className={classes.body}>{children}</div>
      )}
    </section>
  );
}
