import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type Fact, Facts, Figure, type PlainColumn, PlainTable } from "@/components";
import { plural, useFormat, wordsOf } from "@/format";
import type { ExplainedLine, Explanation, ProofStep } from "@/generated/bindings";
import classes from "./explain.module.css";
import type { Place } from "./place";
import { Residue } from "./Residue";
import { ruleWords } from "./words";

type Props = { explanation: Explanation; line: ExplainedLine; imported: boolean; onOpen: (place: Place) => void };

/** What a step counts: units of the meter where it prices those, packages, or a bare number. */
function countedIn({ rule, quantity }: ProofStep, unit: string): string {
  if (rule === "packages") return quantity === "1" ? " package" : " packages";
  return unit && (rule === "units" || rule === "tier_units") ? ` ${unit}` : "";
}

function useStepColumns(unit: string): PlainColumn<ProofStep>[] {
  const format = useFormat();
  const exact = (value: string | null) =>
    value === null ? null : (
      <span className={classes.nowrap} data-figure={value}>
        {format.exact(value)}
      </span>
    );
  return [
    {
      head: "Step",
      cell: ({ rule, tier, event }) => (
        <>
          {ruleWords(rule)}
          {tier !== null && <span className="dim"> · tier {format.count(tier)}</span>}
          {event !== null && <span className="dim"> · event {format.count(event)}</span>}
        </>
      ),
    },
    {
      head: "Quantity",
      align: "right",
      cell: (step) =>
        step.quantity !== null && (
          <span className={classes.nowrap} data-figure={step.quantity}>
            {format.exact(step.quantity)}
            {countedIn(step, unit)}
          </span>
        ),
    },
    { head: "Price", align: "right", cell: ({ price }) => exact(price) },
    { head: "Per", align: "right", cell: ({ divisor }) => (divisor === "1" ? null : exact(divisor)) },
    {
      head: "Amount, exact",
      align: "right",
      cell: ({ amount }) => <span data-figure={amount}>{format.exact(amount)}</span>,
    },
  ];
}

function useFacts({ explanation, line }: Pick<Props, "explanation" | "line">): Fact[] {
  const format = useFormat();
  const facts: Fact[] = [{ name: "Kind", value: wordsOf(line.kind) }];
  if (line.days)
    facts.push({ name: "Days", value: `${format.span(line.days)}${explanation.zone ? `, ${explanation.zone}` : ""}` });
  if (line.plan) facts.push({ name: "Plan version", value: <bdi>{line.plan}</bdi> });
  facts.push({ name: "Rules", value: `version ${format.count(line.rule_version)}` });
  if (line.used !== null) {
    const unit = line.unit ?? "";
    facts.push({
      name: "Priced",
      value: (
        <span className="tabular" data-figure={line.quantity ?? ""}>
          {line.included === null
            ? format.exactQuantity(line.quantity ?? line.used, unit)
            : `${format.exactQuantity(line.used, unit)} used, ${format.exactQuantity(line.included, unit)} included: ${format.exactQuantity(line.quantity ?? "0", unit)}`}
        </span>
      ),
    });
  }
  if (!line.counts) facts.push({ name: "Counts", value: "No: a memo outside the total, invoiced elsewhere" });
  return facts;
}

/** One line: what it is about, and the steps that add up to its amount. */
export function LineStep(props: Props) {
  const { explanation, line, imported, onOpen } = props;
  const format = useFormat();
  const facts = useFacts(props);
  const columns = useStepColumns(line.unit ?? "");
  const { counter } = line;
  return (
    <div className={classes.step} data-testid="explain-line-step">
      <div>
        <bdi className="dim">{line.description}</bdi>
        <div className={classes.amount}>
          <Figure value={line.amount} size="big" exact={`${line.unrounded} before rounding`}>
            {format.money(line.amount, explanation.currency)}
          </Figure>
        </div>
      </div>
      <Residue
        residue={line.residue}
        recomputed={line.recomputed}
        currency={explanation.currency}
        asOf={explanation.as_of}
        imported={imported}
      />
      <Facts facts={facts} />
      <section>
        <h3 className={classes.title}>Steps</h3>
        {line.steps.length === 0 ? (
          <p className="dim">The amount is as it was given; there are no steps.</p>
        ) : (
          <div className={classes.table}>
            <PlainTable
              caption="Steps that add up to the amount"
              columns={columns}
              rows={line.steps}
              rowKey={({ rule, tier, event, quantity, amount }) => [rule, tier, event, quantity, amount].join("|")}
            />
          </div>
        )}
        <dl className={classes.sums}>
          <div>
            <dt>Before rounding</dt>
            <dd data-figure={line.unrounded}>{format.exact(line.unrounded)}</dd>
          </div>
          <div className={classes.sum}>
            <dt>Amount</dt>
            <dd data-figure={line.amount}>{format.amount(line.amount)}</dd>
          </div>
        </dl>
      </section>
      {counter ? (
        <UnstyledButton
          className={classes.door}
          onClick={() => onOpen({ explain: String(line.no), step: "events" })}
          data-testid="explain-open-use"
        >
          <span>
            <strong>Use and events behind it</strong>
            <span className="dim">
              {" "}
              {plural(counter.events, format.count(counter.events), "billable event", "billable events")}
            </span>
          </span>
          <IconChevronRight size={16} aria-hidden />
        </UnstyledButton>
      ) : (
        <p className="dim">
          {imported
            ? "It was imported: no use that is counted here is behind it."
            : "No use is behind this line: the plan or an agreement gives it."}
        </p>
      )}
    </div>
  );
}
