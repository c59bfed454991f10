import { Button, UnstyledButton } from "@mantine/core";
import { IconAlertTriangleFilled, IconCircleCheckFilled } from "@tabler/icons-react";
import { useLineEvents } from "@/app/queries";
import { EmptyState, Facts, FormFailure, type PlainColumn, PlainTable } from "@/components";
import { compareDecimals, plural, useFormat, wordsOf } from "@/format";
import type { EventRow, ExplainedCounter, ExplainedLine, Explanation } from "@/generated/bindings";
import classes from "./explain.module.css";
import type { Place } from "./place";
import { placeWords } from "./words";

type Props = { explanation: Explanation; line: ExplainedLine; onOpen: (place: Place) => void };

/** What the line was made from, where it is not the whole counter. Neither a level nor a share is a fault. */
function usedWords({ place, used, ledger }: ExplainedCounter): string {
  if (place === "level")
    return "Counter and ledger hold the same movement. The line was made from the level, with what was held before.";
  if (compareDecimals(used, ledger) === 0) return "Line, counter and ledger hold the same quantity.";
  return "Counter and ledger hold the same quantity. The line was made from its share: its days, its plan, or what came late.";
}

/** The counter beside the ledger and beside what the line was made from. */
function Counter({ counter, unit }: { counter: ExplainedCounter; unit: string }) {
  const format = useFormat();
  const agrees = compareDecimals(counter.counter, counter.ledger) === 0;
  const Mark = agrees ? IconCircleCheckFilled : IconAlertTriangleFilled;
  const quantity = (value: string) => (
    <span className="tabular" data-figure={value}>
      {format.exactQuantity(value, unit)}
    </span>
  );
  const events = (count: number) => (
    <span className="tabular" data-figure={count}>
      {format.count(count)}
    </span>
  );
  return (
    <>
      <p className={classes.residue} data-tone={agrees ? "normal" : "warning"} data-testid="counter-agrees">
        <Mark size={15} aria-hidden />
        {agrees ? usedWords(counter) : "Counter and ledger differ: verify the database before you rely on the counter."}
      </p>
      <div className={classes.pair}>
        <Facts
          facts={[
            { name: "Line made from", value: quantity(counter.used) },
            { name: "Counter holds", value: quantity(counter.counter) },
            { name: "Ledger gives", value: quantity(counter.ledger) },
            { name: "Counts in", value: placeWords(counter.place) },
          ]}
        />
        <Facts
          facts={[
            { name: "Billable events", value: events(counter.events) },
            { name: "Free events", value: events(counter.free) },
            { name: "Corrections", value: events(counter.corrections) },
            { name: "Late, billed here", value: events(counter.late) },
            { name: "Dropped duplicates", value: events(counter.duplicates) },
          ]}
        />
      </div>
    </>
  );
}

function useEventColumns(line: number, zone: string, onOpen: (place: Place) => void): PlainColumn<EventRow>[] {
  const format = useFormat();
  return [
    {
      head: `Occurred (${zone})`,
      cell: ({ occurred_at }) => (
        <time
          className={classes.nowrap}
          dateTime={occurred_at}
          title={`${format.moment(occurred_at, "UTC")} UTC`}
          data-figure={occurred_at}
        >
          {format.moment(occurred_at, zone)}
        </time>
      ),
    },
    {
      head: "Quantity",
      align: "right",
      cell: ({ quantity, unit }) => (
        <span className={classes.nowrap} data-figure={quantity} title={format.exactQuantity(quantity, unit)}>
          {format.quantity(quantity, unit)}
        </span>
      ),
    },
    { head: "Class", cell: ({ classification }) => wordsOf(classification) },
    { head: "Billable", cell: ({ billable }) => (billable ? "Yes" : <span className="dim">No</span>) },
    {
      head: "Event",
      cell: ({ source, key }) => (
        <UnstyledButton
          className={`${classes.key} mono`}
          onClick={() => onOpen({ explain: String(line), step: "events", source, key })}
          data-testid={`explain-event-${key}`}
        >
          {key}
        </UnstyledButton>
      ),
    },
  ];
}

/** The use behind a line: its counter, and the events page by page, each of which opens. */
export function UseStep({ explanation, line, onOpen }: Props) {
  const format = useFormat();
  const columns = useEventColumns(line.no, explanation.zone ?? "UTC", onOpen);
  const more = useLineEvents(explanation.invoice_id, line.no, line.next);
  const rows = [...line.events, ...(more.data?.pages.flatMap((page) => page.rows) ?? [])];
  const hasMore = more.data ? more.hasNextPage : line.next !== null;
  return (
    <div className={classes.step} data-testid="explain-use-step">
      <bdi className="dim">{line.description}</bdi>
      {line.counter && <Counter counter={line.counter} unit={line.unit ?? ""} />}
      <section>
        <h3 className={classes.title}>
          Events <span className="dim">in order of time</span>
        </h3>
        {rows.length === 0 ? (
          <EmptyState>No event is behind this line.</EmptyState>
        ) : (
          <div className={classes.table}>
            <PlainTable
              caption="Events behind the line"
              columns={columns}
              rows={rows}
              rowKey={({ source, key }) => `${source}|${key}`}
            />
          </div>
        )}
        <div className={classes.more}>
          <span className="dim" data-testid="events-loaded" data-figure={rows.length}>
            {plural(rows.length, format.count(rows.length), "event", "events")} {hasMore ? "loaded" : "in all"}
          </span>
          {hasMore && (
            <Button
              variant="default"
              size="compact-sm"
              loading={more.isFetching}
              onClick={() => void (more.data ? more.fetchNextPage() : more.refetch())}
              data-testid="events-more"
            >
              Load more
            </Button>
          )}
        </div>
        {more.error && <FormFailure error={more.error} />}
      </section>
    </div>
  );
}
