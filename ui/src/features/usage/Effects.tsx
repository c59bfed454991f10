import { type PlainColumn, PlainTable } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { EventEffect } from "@/generated/bindings";
import { placeWords } from "./place";
import classes from "./usage.module.css";

/** The counters that an event went into: what it added, and where they stand now. */
export function Effects({ effects, unit }: { effects: readonly EventEffect[]; unit: string }) {
  const format = useFormat();
  const figure = (value: string) => (
    <span data-figure={value} title={format.exactQuantity(value, unit)}>
      {format.quantity(value, unit)}
    </span>
  );
  const columns: PlainColumn<EventEffect>[] = [
    {
      head: "Counter",
      cell: ({ counter, place }) => (
        <div className={classes.counter}>
          {wordsOf(counter)}
          <span className="dim">{placeWords(place, format)}</span>
        </div>
      ),
    },
    { head: "Added", align: "right", cell: ({ contribution }) => figure(contribution) },
    { head: "Billable", align: "right", cell: ({ billable_contribution }) => figure(billable_contribution) },
    { head: "Stands at", align: "right", cell: ({ billable }) => figure(billable) },
  ];
  if (effects.length === 0) return <p className="dim">It moved no counter.</p>;
  return (
    <div className={classes.effects}>
      <PlainTable
        caption="What the event did"
        columns={columns}
        rows={effects}
        rowKey={({ counter, place }) => `${counter}|${place}`}
      />
    </div>
  );
}
