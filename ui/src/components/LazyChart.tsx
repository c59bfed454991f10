import { type ComponentProps, lazy, Suspense } from "react";

const Loaded = lazy(() => import("./Chart").then(({ Chart }) => ({ default: Chart })));

/** A chart. Its library is a third of all scripts and comes after the figures, into a place that is kept for it. */
export function Chart(props: ComponentProps<typeof Loaded>) {
  return (
    <Suspense fallback={<div style={{ height: props.height }} />}>
      <Loaded {...props} />
    </Suspense>
  );
}
