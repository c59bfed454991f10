import { UnstyledButton } from "@mantine/core";
import { EmptyState, type PlainColumn, PlainTable, Section } from "@/components";
import { isZero, useFormat, wordsOf } from "@/format";
import type { InvoiceLine, InvoiceView } from "@/generated/bindings";
import { useExplainPlace } from "./explain/place";
import classes from "./invoice.module.css";

function useColumns(): PlainColumn<InvoiceLine>[] {
  const format = useFormat();
  const { open } = useExplainPlace();
  const quantity = (value: string | null, unit: string | null) =>
    value === null ? null : (
      <span className={classes.nowrap} data-figure={value} title={format.exactQuantity(value, unit ?? "")}>
        {format.quantity(value, unit ?? "")}
      </span>
    );
  return [
    { head: "No", align: "right", width: 36, cell: ({ no }) => <span className="dim">{no}</span> },
    {
      head: "Line",
      cell: ({ description, kind, plan, days, counts }) => (
        <div className={classes.two}>
          <bdi className={classes.description}>{description}</bdi>
          <span className={classes.sub}>
            {[counts ? wordsOf(kind) : "Memo, outside the total", plan, days && format.span(days)]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </div>
      ),
    },
    { head: "Used", align: "right", cell: ({ used, unit }) => quantity(used, unit) },
    {
      head: "Included",
      align: "right",
      cell: ({ included, used, unit }) =>
        included === null ? used !== null && <span className="dim">unlimited</span> : quantity(included, unit),
    },
    { head: "Priced", align: "right", cell: ({ quantity: priced, unit }) => quantity(priced, unit) },
    {
      head: "Amount",
      align: "right",
      cell: ({ no, amount, counts }) => (
        <UnstyledButton
          className={`${classes.explain} ${counts && !isZero(amount) ? "" : "dim"}`}
          onClick={() => open({ explain: String(no) })}
          title="Explain this amount"
          data-testid={`explain-line-${no}`}
          data-figure={amount}
        >
          {format.amount(amount)}
        </UnstyledButton>
      ),
    },
  ];
}

function Footer({ view }: { view: InvoiceView }) {
  const format = useFormat();
  const { open } = useExplainPlace();
  const { row, taxes, settled } = view;
  const rows = [
    { name: "Net", amount: row.net },
    ...taxes.map(({ percent, amount, net }) => ({
      name: `Tax ${format.percent(percent)} of ${format.amount(net)}`,
      amount,
    })),
  ];
  return (
    <dl className={classes.footer}>
      {rows.map(({ name, amount }) => (
        <div key={name} className={classes.footRow}>
          <dt>{name}</dt>
          <dd data-figure={amount}>{format.amount(amount)}</dd>
        </div>
      ))}
      <div className={classes.footTotal}>
        <dt>Total {row.currency}</dt>
        <dd>
          <UnstyledButton
            className={classes.explain}
            onClick={() => open({ explain: "total" })}
            title="Explain this amount"
            data-figure={row.total}
          >
            {format.amount(row.total)}
          </UnstyledButton>
        </dd>
      </div>
      {settled.map(({ name, amount }) => (
        <div key={name} className={classes.footRow}>
          <dt>
            Paid by <bdi>{name}</bdi>
          </dt>
          <dd data-figure={amount}>{format.amount(amount)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The lines in the order of the rules, then tax and total. Each amount opens its explanation. */
export function LinesTab({ view }: { view: InvoiceView }) {
  const columns = useColumns();
  return (
    <Section title="Lines" note={`Amounts in ${view.row.currency}; each can be explained`} flush="flush" testId="lines">
      {view.lines.length === 0 ? (
        <EmptyState>This document has no lines.</EmptyState>
      ) : (
        <PlainTable
          caption="Lines"
          columns={columns}
          rows={view.lines}
          rowKey={({ no }) => String(no)}
          rowTestId={({ no }) => `line-${no}`}
        />
      )}
      <Footer view={view} />
      {(view.tax_note || view.note) && (
        <p className={classes.notes}>
          <bdi>{[view.tax_note, view.note].filter(Boolean).join(" ")}</bdi>
        </p>
      )}
    </Section>
  );
}
