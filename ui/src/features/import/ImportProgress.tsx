import { Button } from "@mantine/core";
import { ProgressLine, Section } from "@/components";
import classes from "./import.module.css";
import { useImportJob } from "./job";

/** How far the run is, and the button that stops it. What was taken stays; the same file goes on from there. */
export function ImportProgress() {
  const { job, cancel } = useImportJob();
  return (
    <Section
      title={job.order?.request.dry_run ? "Dry run" : "Import"}
      testId="import-progress"
      actions={
        <Button
          variant="default"
          size="compact-sm"
          onClick={cancel}
          loading={job.cancelling}
          data-testid="import-cancel"
        >
          Stop
        </Button>
      }
    >
      <div className={classes.form}>
        <span className="dim cut">{job.order?.request.file}</span>
        <ProgressLine progress={job.progress} label="Progress of the import" testId="import-progress-line" />
      </div>
    </Section>
  );
}
