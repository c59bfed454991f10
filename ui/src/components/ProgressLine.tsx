import { Progress as ProgressBar } from "@mantine/core";
import { useFormat, wordsOf } from "@/format";
import type { Progress } from "@/generated/bindings";
import classes from "./progress.module.css";

type Props = { progress: Progress | null; label: string; testId: string };

/** How far long work is: the phase in words, a bar where the total is known, and the counts. */
export function ProgressLine({ progress, label, testId }: Props) {
  const format = useFormat();
  const total = progress?.total ?? null;
  const share = progress && total ? Math.min((progress.done / total) * 100, 100) : 100;
  return (
    <div className={classes.progress} data-testid={testId}>
      <ProgressBar
        value={share}
        aria-label={label}
        animated={!total}
        striped={!total}
        size={6}
        transitionDuration={100}
      />
      <div className={`${classes.words} tabular`}>
        <span>{progress ? wordsOf(progress.phase) : "Starting"}</span>
        {progress && (
          <span>
            {format.count(progress.done)}
            {total !== null && ` of ${format.count(total)}`}
          </span>
        )}
      </div>
    </div>
  );
}
