import { LinkButton, type PlainColumn, PlainTable, Section } from "@/components";
import { isZero, plural, useFormat } from "@/format";
import type { CurrencyAmount, InvoiceImportReport } from "@/generated/bindings";
import { Counts } from "./Counts";
import classes from "./import.module.css";
import { Problems } from "./Problems";
import { PutAside } from "./PutAside";
import { endOf } from "./words";

type Sum = { currency: string; lines: string; invoices: string; credits: string; off: string; difference: string };

function sumsOf(report: InvoiceImportReport): Sum[] {
  const lists = [report.totals, report.invoice_totals, report.credit_totals, report.rounded_off, report.differences];
  const currencies = [...new Set(lists.flatMap((list) => list.map(({ currency }) => currency)))].sort();
  const of = (list: CurrencyAmount[], wanted: string) =>
    list.find(({ currency }) => currency === wanted)?.amount ?? "0";
  return currencies.map((currency) => ({
    currency,
    lines: of(report.totals, currency),
    invoices: of(report.invoice_totals, currency),
    credits: of(report.credit_totals, currency),
    off: of(report.rounded_off, currency),
    difference: of(report.differences, currency),
  }));
}

/** What the documents come to, a row per currency. */
function Sums({ report }: { report: InvoiceImportReport }) {
  const format = useFormat();
  const rows = sumsOf(report);
  const amount = (head: string, field: Exclude<keyof Sum, "currency">): PlainColumn<Sum> => ({
    head,
    align: "right",
    cell: (row) => (
      <span
        className={isZero(row[field]) ? "dim" : undefined}
        data-figure={row[field]}
        data-testid={`import-${field}-${row.currency}`}
      >
        {format.exact(row[field])}
      </span>
    ),
  });
  const columns: PlainColumn<Sum>[] = [
    { head: "Currency", cell: ({ currency }) => currency },
    amount("Lines, exact", "lines"),
    amount("Invoices", "invoices"),
    amount("Credit notes", "credits"),
    amount("Rounded off", "off"),
    amount("Beyond lines and tax", "difference"),
  ];
  if (rows.length === 0) return null;
  return (
    <Section title="Totals" note="One row per currency, never summed" flush="flush" testId="import-totals">
      <PlainTable caption="Totals" columns={columns} rows={rows} rowKey={({ currency }) => currency} />
    </Section>
  );
}

/** What an import of invoices or its dry run found. */
export function InvoicesResult({ report }: { report: InvoiceImportReport }) {
  const format = useFormat();
  const aside = report.conflicts + report.refused;
  const seconds = format.exact((report.elapsed_ms / 1000).toFixed(1));
  return (
    <div className={classes.stack} data-testid="import-result" data-dry-run={report.dry_run}>
      <Section
        title={endOf(report, aside)}
        note={`${report.source} · ${seconds} s`}
        flush="flush"
        actions={
          !report.dry_run && report.documents > 0 ? (
            <LinkButton
              to="/invoices"
              search={{ origin: "imported", from: "all" }}
              variant="subtle"
              size="compact-xs"
              data-testid="import-open-invoices"
            >
              Open imported invoices
            </LinkButton>
          ) : undefined
        }
      >
        <Counts
          counts={[
            { name: "invoices", label: "Invoices", value: report.invoices },
            { name: "credit_notes", label: "Credit notes", value: report.credit_notes },
            { name: "lines", label: "Lines", value: report.lines },
            { name: "duplicates", label: "Known already", value: report.duplicates },
            { name: "conflicts", label: "In conflict", value: report.conflicts, tone: "alert" },
            { name: "refused", label: "Rows put aside", value: report.refused, tone: "alert" },
            { name: "skipped", label: "Rows left out", value: report.skipped },
          ]}
        />
        <p className={`${classes.note} dim`}>
          {plural(report.read, format.count(report.read), "row read", "rows read")}
          {report.tenants_created > 0 &&
            ` · ${plural(report.tenants_created, format.count(report.tenants_created), "tenant made", "tenants made")}`}
        </p>
        <PutAside file={report.refused_file} />
      </Section>
      <Sums report={report} />
      <Problems problems={report.problems} />
    </div>
  );
}
