import { RingProgress } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useFormat } from "@/format";
import classes from "../import/import.module.css";
import { useRunJob } from "./run-job";

/** A running or finished invoice run, in the top bar of every screen until its result was looked at. */
export function RunIndicator() {
  const { job } = useRunJob();
  const format = useFormat();
  if (job.state === "idle") return null;
  const { progress } = job;
  const share =
    job.state !== "running" ? 100 : progress?.total ? Math.min((progress.done / progress.total) * 100, 100) : 0;
  const words = { running: "Invoices", done: "Run done", failed: "Run failed" }[job.state];
  return (
    <Link to="/invoices" search={{ run: "1" }} className={classes.indicator} data-testid="run-indicator">
      <RingProgress
        size={20}
        thickness={3}
        sections={[{ value: share, color: job.state === "failed" ? "red" : "accent" }]}
        aria-hidden
      />
      {words} {job.state === "running" && progress && format.count(progress.done)}
    </Link>
  );
}
