import { RingProgress } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useFormat } from "@/format";
import classes from "./import.module.css";
import { useImportJob } from "./job";

/** A running import, in the top bar of every screen. */
export function ImportIndicator() {
  const { job } = useImportJob();
  const format = useFormat();
  if (job.state !== "running") return null;
  const { progress } = job;
  const share = progress?.total ? Math.min((progress.done / progress.total) * 100, 100) : 0;
  return (
    <Link to="/import" className={classes.indicator} data-testid="import-indicator">
      <RingProgress size={20} thickness={3} sections={[{ value: share, color: "accent" }]} aria-hidden />
      {job.order?.request.dry_run ? "Dry run" : "Import"} {progress && format.count(progress.done)}
    </Link>
  );
}
