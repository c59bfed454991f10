import { CopyIcon, LinkButton, Section } from "@/components";
import { plural, useFormat } from "@/format";
import type { ImportReport } from "@/generated/bindings";
import { FirstRows } from "./FirstRows";
import classes from "./import.module.css";
import { Problems } from "./Problems";
import { Totals } from "./Totals";

const COUNTS = [
  { name: "read", label: "Rows read", tone: "" },
  { name: "accepted", label: "Accepted", tone: "" },
  { name: "duplicates", label: "Known already", tone: "" },
  { name: "conflicts", label: "In conflict", tone: "alert" },
  { name: "quarantined", label: "Quarantined", tone: "warning" },
  { name: "refused", label: "Refused", tone: "alert" },
  { name: "skipped", label: "Left out", tone: "" },
] as const;

function titleOf(report: ImportReport): string {
  if (report.dry_run) return "Dry run: nothing was written";
  if (report.stopped) return "Stopped: what was taken stays, the same file goes on from there";
  return report.conflicts + report.quarantined + report.refused > 0 ? "Imported, some rows were put aside" : "Imported";
}

function Sidelines({ report }: { report: ImportReport }) {
  const format = useFormat();
  const said = [
    report.tenants_created > 0 &&
      plural(report.tenants_created, format.count(report.tenants_created), "tenant made", "tenants made"),
    report.meters_created > 0 &&
      plural(report.meters_created, format.count(report.meters_created), "meter made", "meters made"),
    report.times_cut > 0 &&
      plural(
        report.times_cut,
        format.count(report.times_cut),
        "time cut to the microsecond",
        "times cut to the microsecond",
      ),
    report.times_ambiguous > 0 &&
      plural(
        report.times_ambiguous,
        format.count(report.times_ambiguous),
        "time that the clock showed twice, taken as the earlier",
        "times that the clock showed twice, taken as the earlier",
      ),
  ].filter(Boolean);
  return said.length > 0 ? <p className={`${classes.note} dim`}>{said.join(" · ")}</p> : null;
}

/** What an import or its dry run found. */
export function ImportResult({ report }: { report: ImportReport }) {
  const format = useFormat();
  const aside = report.conflicts + report.quarantined + report.refused;
  return (
    <div className={classes.stack} data-testid="import-result" data-dry-run={report.dry_run}>
      <Section
        title={titleOf(report)}
        note={`${report.source} · ${format.exact((report.elapsed_ms / 1000).toFixed(1))} s`}
        flush="flush"
        actions={
          !report.dry_run && aside > 0 ? (
            <LinkButton to="/quarantine" variant="subtle" size="compact-xs">
              Open quarantine
            </LinkButton>
          ) : undefined
        }
      >
        <div className={classes.counts}>
          {COUNTS.map(({ name, label, tone }) => (
            <div key={name} className={classes.count}>
              <div className="dim">{label}</div>
              <div
                className={classes.value}
                data-tone={report[name] > 0 ? tone : undefined}
                data-testid={`import-${name}`}
                data-figure={String(report[name])}
              >
                {format.count(report[name])}
              </div>
            </div>
          ))}
        </div>
        <Sidelines report={report} />
        {report.refused_file && (
          <p className={classes.note} data-testid="import-put-aside" data-figure={report.refused_file}>
            <span className="dim">Rows put aside, to be corrected and imported again:</span>
            <span className="mono cut">{report.refused_file}</span>
            <CopyIcon value={report.refused_file} label="Copy path" />
          </p>
        )}
      </Section>
      <Totals report={report} />
      <Problems problems={report.problems} />
      <FirstRows rows={report.first_rows} dryRun={report.dry_run ? "dry" : "taken"} />
    </div>
  );
}
