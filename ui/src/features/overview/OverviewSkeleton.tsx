import { Skeleton } from "@mantine/core";
import classes from "./overview.module.css";

/** Blocks of the sizes that the figures will have, so that nothing jumps. */
export function OverviewSkeleton() {
  return (
    <div className={classes.grid}>
      <div className={classes.cards}>
        {["a", "b", "c", "d", "e"].map((card) => (
          <Skeleton key={card} height={84} radius={8} />
        ))}
      </div>
      <Skeleton height={150} radius={8} />
      <Skeleton height={380} radius={8} />
    </div>
  );
}
