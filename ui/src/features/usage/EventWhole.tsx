import { UnstyledButton } from "@mantine/core";
import { IconAlertOctagonFilled, IconCircleCheckFilled } from "@tabler/icons-react";
import type { EventName } from "@/app/queries";
import { Code, type Fact, Facts, Figure, StatusBadge, TenantLink, When } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { EventDetail } from "@/generated/bindings";
import { useMeterName } from "../tenants/meter-name";
import { Effects } from "./Effects";
import { placeWords } from "./place";
import classes from "./usage.module.css";

type Props = { detail: EventDetail; onOpen: (event: EventName) => void };

function useIdentity({ detail, onOpen }: Props): Fact[] {
  const format = useFormat();
  const { event, parent, children } = detail;
  const link = (key: string) => (
    <UnstyledButton
      key={key}
      className={`${classes.link} mono`}
      onClick={() => onOpen({ tenantId: event.tenant_id, source: event.source, key })}
      data-testid={`event-link-${key}`}
    >
      {key}
    </UnstyledButton>
  );
  const facts: Fact[] = [
    { name: "Tenant", value: <TenantLink tenantId={event.tenant_id} name={event.tenant_name} /> },
    { name: "Source", value: event.source },
    { name: "Key", value: <Code value={event.key} label="key" /> },
    { name: "Occurred", value: <When at={event.occurred_at} zone={event.zone} show="second" /> },
    { name: "Received", value: <When at={event.received_at} zone="UTC" show="second" /> },
    { name: "Local day", value: format.day(event.day) },
    { name: "Classification", value: wordsOf(event.classification) },
    { name: "Billable", value: `${event.billable ? "Yes" : "No"}: ${detail.billable_reason}` },
  ];
  if (parent) facts.push({ name: "Repeats or corrects", value: link(parent) });
  if (children.length > 0) facts.push({ name: "Repeated or corrected by", value: children.map(link) });
  return facts;
}

function useHeld(detail: EventDetail): Fact[] {
  const { event } = detail;
  const format = useFormat();
  const facts: Fact[] = [];
  if (event.cost !== null) {
    facts.push({
      name: "Provider cost",
      value: <Figure value={event.cost}>{`${format.exact(event.cost)} ${event.cost_currency ?? ""}`}</Figure>,
    });
  }
  if (event.provider) facts.push({ name: "Provider", value: event.provider });
  if (detail.action) facts.push({ name: "Action", value: detail.action });
  facts.push({ name: "Plan that held", value: detail.plan ?? "none" });
  if (detail.period) facts.push({ name: "Billing period", value: placeWords(detail.period, format) });
  if (detail.billed_period) facts.push({ name: "Billed in", value: placeWords(detail.billed_period, format) });
  if (detail.entitlement_id)
    facts.push({ name: "Entitlement", value: <Code value={detail.entitlement_id} label="entitlement" /> });
  if (detail.import_id) facts.push({ name: "Import", value: <Code value={detail.import_id} label="import" /> });
  return facts;
}

/** Everything the ledger knows of one event, and what it did. */
export function EventWhole(props: Props) {
  const { detail } = props;
  const { event } = detail;
  const format = useFormat();
  const nameOf = useMeterName();
  const identity = useIdentity(props);
  const held = useHeld(detail);
  return (
    <div className={classes.whole}>
      <div>
        <div className="dim">{nameOf(event.meter)}</div>
        <Figure
          value={event.quantity}
          exact={format.exactQuantity(event.quantity, event.unit)}
          size="big"
          testId="event-quantity"
        >
          {format.quantity(event.quantity, event.unit)}
        </Figure>
      </div>
      <Facts facts={identity} />
      <section>
        <h3 className={classes.title}>What it did</h3>
        <Effects effects={detail.effects} unit={event.unit} />
      </section>
      <section>
        <h3 className={classes.title}>What held</h3>
        <Facts facts={held} />
      </section>
      {detail.subjects.length > 0 && (
        <section>
          <h3 className={classes.title}>Refers to</h3>
          <Facts
            facts={detail.subjects.map(({ kind, name, subject_id, erased_at }) => ({
              name: wordsOf(kind),
              value: erased_at ? `erased on ${format.dayOf(erased_at, "UTC")}` : <bdi>{name ?? subject_id}</bdi>,
            }))}
          />
        </section>
      )}
      <section>
        <h3 className={classes.title}>Details</h3>
        {detail.details_erased_at ? (
          <p className="dim">Details erased on {format.dayOf(detail.details_erased_at, "UTC")}.</p>
        ) : detail.details.length === 0 ? (
          <p className="dim">The event has no details.</p>
        ) : (
          <Facts facts={detail.details.map(({ name, value }) => ({ name, value: <bdi>{value}</bdi> }))} />
        )}
      </section>
      <section>
        <h3 className={classes.title}>
          Leaf{" "}
          <StatusBadge
            status={detail.leaf_valid ? "valid" : "invalid"}
            label={detail.leaf_valid ? "Recomputed and equal" : "Not equal to the row"}
          />
        </h3>
        <span className={classes.leaf} data-testid="event-leaf" data-figure={String(detail.leaf_valid)}>
          {detail.leaf_valid ? (
            <IconCircleCheckFilled size={14} color="var(--ch-green-text)" aria-hidden />
          ) : (
            <IconAlertOctagonFilled size={14} color="var(--ch-red-text)" aria-hidden />
          )}
          <Code value={detail.leaf} label="leaf" />
        </span>
      </section>
    </div>
  );
}
