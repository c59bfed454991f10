import { type ReactNode, useEffect, useRef, useState } from "react";
import classes from "./section.module.css";

/** Content that may be wider than its place. Only while it is, it takes the focus, so that keys can scroll it. */
export function ScrollRegion({ label, children }: { label: string; children: ReactNode }) {
  const place = useRef<HTMLElement>(null);
  const [wider, setWider] = useState(false);
  useEffect(() => {
    const node = place.current;
    if (!node) return;
    const measure = () => setWider(node.scrollWidth > node.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    if (node.firstElementChild) observer.observe(node.firstElementChild);
    measure();
    return () => observer.disconnect();
  }, []);
  return (
    <section className={classes.flush} ref={place} aria-label={label} tabIndex={wider ? 0 : undefined}>
      {children}
    </section>
  );
}
