import { LinkButton, Section } from "@/components";
import { plural, useFormat } from "@/format";
import type { ImportReport } from "@/generated/bindings";
import { Counts } from "./Counts";
import { FirstRows } from "./FirstRows";
import classes from "./import.module.css";
import { Problems } from "./Problems";
import { PutAside } from "./PutAside";
import { Totals } from "./Totals";
import { endOf } from "./words";

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
        title={endOf(report, aside)}
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
        <Counts
          counts={[
            { name: "read", label: "Rows read", value: report.read },
            { name: "accepted", label: "Accepted", value: report.accepted },
            { name: "duplicates", label: "Known already", value: report.duplicates },
            { name: "conflicts", label: "In conflict", value: report.conflicts, tone: "alert" },
            { name: "quarantined", label: "Quarantined", value: report.quarantined, tone: "warning" },
            { name: "refused", label: "Refused", value: report.refused, tone: "alert" },
            { name: "skipped", label: "Left out", value: report.skipped },
          ]}
        />
        <Sidelines report={report} />
        <PutAside file={report.refused_file} />
      </Section>
      <Totals report={report} />
      <Problems problems={report.problems} />
      <FirstRows rows={report.first_rows} dryRun={report.dry_run ? "dry" : "taken"} />
    </div>
  );
}
