import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Figure, type PlainColumn, PlainTable } from "@/components";
import { isZero, useFormat } from "@/format";
import type { ExplainedLine, Explanation } from "@/generated/bindings";
import classes from "./explain.module.css";
import type { Place } from "./place";
import { Residue } from "./Residue";

type Props = { explanation: Explanation; imported: boolean; onOpen: (place: Place) => void };

/** The number of a line that today's ledger would give and the invoice does not have: there is nothing to open. */
const NOT_INVOICED = 0;

/** Lines that are not on the invoice share their number: their place tells them apart. */
function keyOf(lines: readonly ExplainedLine[]) {
  return (line: ExplainedLine) => (line.no === NOT_INVOICED ? `today-${lines.indexOf(line)}` : String(line.no));
}

/** The total: its lines and taxes, each beside what today's ledger gives. */
export function TotalStep({ explanation, imported, onOpen }: Props) {
  const format = useFormat();
  const { currency, total, recomputed, residue, as_of, lines, taxes } = explanation;
  const columns: PlainColumn<ExplainedLine>[] = [
    {
      head: "No",
      align: "right",
      width: 36,
      cell: ({ no }) => no !== NOT_INVOICED && <span className="dim">{no}</span>,
    },
    {
      head: "Line",
      cell: ({ no, description }) =>
        no === NOT_INVOICED ? (
          <span className="dim">
            <bdi>{description}</bdi>, not on the invoice
          </span>
        ) : (
          <UnstyledButton
            className={classes.next}
            onClick={() => onOpen({ explain: String(no) })}
            data-testid={`explain-open-line-${no}`}
          >
            <bdi className="cut">{description}</bdi>
            <IconChevronRight size={14} aria-hidden />
          </UnstyledButton>
        ),
    },
    {
      head: "Amount",
      align: "right",
      cell: ({ amount, counts }) => (
        <span data-figure={amount} className={counts ? undefined : "dim"}>
          {format.amount(amount)}
        </span>
      ),
    },
    {
      head: "Recomputed",
      align: "right",
      cell: ({ recomputed: now }) => <span data-figure={now}>{format.amount(now)}</span>,
    },
    {
      head: "Residue",
      align: "right",
      cell: ({ residue: left }) => (
        <span data-figure={left} className={isZero(left) ? "dim" : classes.left}>
          {format.amount(left)}
        </span>
      ),
    },
  ];
  return (
    <div className={classes.step} data-testid="explain-total-step">
      <div>
        <div className="dim">Total in {currency}</div>
        <Figure value={total} size="big">
          {format.amount(total)}
        </Figure>
      </div>
      <Residue residue={residue} recomputed={recomputed} currency={currency} asOf={as_of} imported={imported} />
      <div className={classes.table}>
        <PlainTable caption="Lines of the total" columns={columns} rows={lines} rowKey={keyOf(lines)} />
      </div>
      <dl className={classes.sums}>
        {taxes.map(({ percent, net, amount }) => (
          <div key={percent}>
            <dt>
              Tax: {format.percent(percent)} of {format.amount(net)}, rounded once
            </dt>
            <dd data-figure={amount}>{format.amount(amount)}</dd>
          </div>
        ))}
        <div className={classes.sum}>
          <dt>Total: rounded lines and tax added up</dt>
          <dd data-figure={total}>{format.amount(total)}</dd>
        </div>
      </dl>
    </div>
  );
}
