import { InvoiceLink, type PlainColumn, PlainTable, Section, TenantLink } from "@/components";
import { type Formatter, useFormat, wordsOf } from "@/format";
import type {
  CounterDifference,
  Difference,
  DifferenceProblem,
  EventDifference,
  InvoiceDifference,
  LineDifference,
  MoneyDifference,
  StatusDifference,
} from "@/generated/bindings";

const none = <span className="dim">none</span>;
const tenant = <Row extends { tenant_id: string; tenant: string }>(): PlainColumn<Row> => ({
  head: "Tenant",
  cell: (row) => <TenantLink tenantId={row.tenant_id} name={row.tenant} />,
});

function amount(format: Formatter, value: string | null, currency: string) {
  return value === null ? none : <span data-figure={value}>{format.money(value, currency)}</span>;
}

const exact = (format: Formatter, value: string | null) =>
  value === null ? none : <span data-figure={value}>{format.exact(value)}</span>;

function moneyColumns(format: Formatter): PlainColumn<MoneyDifference>[] {
  return [
    tenant(),
    { head: "Before", align: "right", cell: ({ before, currency }) => amount(format, before, currency) },
    { head: "After", align: "right", cell: ({ after, currency }) => amount(format, after, currency) },
    { head: "Effect", align: "right", cell: ({ effect, currency }) => <b>{amount(format, effect, currency)}</b> },
  ];
}

function eventColumns(format: Formatter): PlainColumn<EventDifference>[] {
  return [
    { head: "", cell: ({ became }) => wordsOf(became) },
    tenant(),
    { head: "Event", cell: ({ key }) => <bdi className="mono">{key}</bdi> },
    { head: "Meter", cell: ({ meter }) => meter },
    { head: "Day", cell: ({ day }) => format.day(day) },
    { head: "Before", align: "right", cell: ({ before }) => exact(format, before) },
    { head: "After", align: "right", cell: ({ after }) => exact(format, after) },
  ];
}

function counterColumns(format: Formatter): PlainColumn<CounterDifference>[] {
  return [
    tenant(),
    { head: "Period from", cell: ({ first_day }) => (first_day ? format.day(first_day) : none) },
    { head: "Meter", cell: ({ meter }) => meter },
    { head: "Before", align: "right", cell: ({ before }) => exact(format, before) },
    { head: "After", align: "right", cell: ({ after }) => exact(format, after) },
  ];
}

function invoiceColumns(format: Formatter): PlainColumn<InvoiceDifference>[] {
  const stands = (total: string | null, status: string | null, currency: string) =>
    total === null ? (
      none
    ) : (
      <span data-figure={total}>{`${format.money(total, currency)} ${wordsOf(status ?? "")}`}</span>
    );
  return [
    { head: "", cell: ({ became }) => wordsOf(became) },
    tenant(),
    {
      head: "Invoice",
      cell: ({ invoice_id, number, became }) =>
        became === "removed" ? (number ?? "Draft") : <InvoiceLink invoiceId={invoice_id} number={number} />,
    },
    {
      head: "Before",
      align: "right",
      cell: ({ total_before, status_before, currency }) => stands(total_before, status_before, currency),
    },
    {
      head: "After",
      align: "right",
      cell: ({ total_after, status_after, currency }) => stands(total_after, status_after, currency),
    },
  ];
}

function lineColumns(format: Formatter): PlainColumn<LineDifference>[] {
  return [
    { head: "", cell: ({ became }) => wordsOf(became) },
    tenant(),
    {
      head: "Line",
      cell: ({ number, line, description }) => <bdi>{`${number ?? "draft"}, ${line}: ${description}`}</bdi>,
    },
    { head: "Before", align: "right", cell: ({ before, currency }) => amount(format, before, currency) },
    { head: "After", align: "right", cell: ({ after, currency }) => amount(format, after, currency) },
  ];
}

const STATUS_COLUMNS: PlainColumn<StatusDifference>[] = [
  tenant(),
  { head: "What", cell: ({ kind }) => wordsOf(kind) },
  { head: "Which", cell: ({ which }) => <span className="mono">{which}</span> },
  { head: "Before", cell: ({ before }) => (before ? wordsOf(before) : none) },
  { head: "After", cell: ({ after }) => (after ? wordsOf(after) : none) },
];

const PROBLEM_COLUMNS: PlainColumn<DifferenceProblem>[] = [
  tenant(),
  { head: "In", cell: ({ state }) => wordsOf(state) },
  { head: "Why", cell: ({ message }) => message },
];

type PartProps<Row> = {
  title: string;
  count: number;
  columns: readonly PlainColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  testId: string;
};

function Part<Row>({ title, count, columns, rows, rowKey, testId }: PartProps<Row>) {
  const format = useFormat();
  if (count === 0) return null;
  const note =
    count > rows.length ? `${format.count(count)}, the first ${format.count(rows.length)}` : format.count(count);
  return (
    <Section title={title} note={note} flush="flush" testId={testId}>
      <PlainTable caption={title} columns={columns} rows={rows} rowKey={rowKey} />
    </Section>
  );
}

/** What changed between two states, most important first: money. */
export function DifferenceTables({ found }: { found: Difference }) {
  const format = useFormat();
  const { counts } = found;
  return (
    <>
      <Part
        title="Effect in money"
        count={found.money.length}
        columns={moneyColumns(format)}
        rows={found.money}
        rowKey={({ tenant_id, currency }) => `${tenant_id} ${currency}`}
        testId="difference-money"
      />
      <Part
        title="Not in the money: could not be drafted"
        count={counts.problems}
        columns={PROBLEM_COLUMNS}
        rows={found.problems}
        rowKey={({ period_id, state }) => `${period_id} ${state}`}
        testId="difference-problems"
      />
      <Part
        title="Events"
        count={counts.events}
        columns={eventColumns(format)}
        rows={found.events}
        rowKey={({ tenant_id, source, key }) => `${tenant_id} ${source} ${key}`}
        testId="difference-events"
      />
      <Part
        title="Period counters"
        count={counts.counters}
        columns={counterColumns(format)}
        rows={found.counters}
        rowKey={({ period_id, meter }) => `${period_id} ${meter}`}
        testId="difference-counters"
      />
      <Part
        title="Invoices"
        count={counts.invoices}
        columns={invoiceColumns(format)}
        rows={found.invoices}
        rowKey={({ invoice_id }) => invoice_id}
        testId="difference-invoices"
      />
      <Part
        title="Lines of invoices"
        count={counts.lines}
        columns={lineColumns(format)}
        rows={found.lines}
        rowKey={({ invoice_id, line }) => `${invoice_id} ${line}`}
        testId="difference-lines"
      />
      <Part
        title="Where things stand"
        count={counts.statuses}
        columns={STATUS_COLUMNS}
        rows={found.statuses}
        rowKey={({ kind, which }) => `${kind} ${which}`}
        testId="difference-statuses"
      />
    </>
  );
}
