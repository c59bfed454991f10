import { Skeleton, Stack } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";

/** Shows its children only after 150 ms: an answer that comes sooner must not flash. */
export function Waiting({ children }: { children?: ReactNode }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div
      role="status"
      aria-label="Loading"
      data-testid="loading-state"
      style={{ visibility: shown ? "visible" : "hidden" }}
    >
      {children ?? <SkeletonRows rows={6} />}
    </div>
  );
}

export function SkeletonRows({ rows }: { rows: number }) {
  return (
    <Stack gap={8} p={14}>
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((row, position) => (
        <Skeleton key={row} height={16} width={`${92 - ((position * 17) % 40)}%`} radius={4} />
      ))}
    </Stack>
  );
}
