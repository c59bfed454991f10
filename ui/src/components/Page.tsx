import type { ReactNode } from "react";
import classes from "./page.module.css";

/** A page that scrolls as a whole; `fill` gives its last child the rest of the height, for grids. */
export function Page({ children, layout = "scroll" }: { children: ReactNode; layout?: "scroll" | "fill" }) {
  return <div className={layout === "fill" ? classes.fill : classes.page}>{children}</div>;
}
