import { Anchor, Breadcrumbs, Button } from "@mantine/core";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { useEventDetail, useExplanation } from "@/app/queries";
import { DetailDrawer, QueryView } from "@/components";
import type { InvoiceView } from "@/generated/bindings";
import { OpenDisputeDialog } from "../../disputes/OpenDisputeDialog";
import { EventWhole } from "../../usage/EventWhole";
import { refusalOf } from "../actions";
import classes from "./explain.module.css";
import { LineStep } from "./LineStep";
import { type Place, useExplainPlace } from "./place";
import { TotalStep } from "./TotalStep";
import { UseStep } from "./UseStep";

type Crumb = { name: string; place: Place };

/** The way from the total to where the person is. */
function crumbsOf({ explain, step, key, source }: Place): Crumb[] {
  const crumbs: Crumb[] = [{ name: "Total", place: { explain: "total" } }];
  if (!explain || explain === "total") return crumbs;
  crumbs.push({ name: `Line ${explain}`, place: { explain } });
  if (step) crumbs.push({ name: "Use and events", place: { explain, step } });
  if (key) crumbs.push({ name: "Event", place: { explain, step, source, key } });
  return crumbs;
}

function Way({ place, onOpen }: { place: Place; onOpen: (place: Place) => void }) {
  const crumbs = crumbsOf(place);
  return (
    <nav aria-label="Way from the total" className={classes.way}>
      <Breadcrumbs separatorMargin={6}>
        {crumbs.map(({ name, place: to }, at) =>
          at === crumbs.length - 1 ? (
            <span key={name} aria-current="step">
              {name}
            </span>
          ) : (
            <Anchor key={name} component="button" type="button" size="sm" onClick={() => onOpen(to)}>
              {name}
            </Anchor>
          ),
        )}
      </Breadcrumbs>
    </nav>
  );
}

/** One event, whole, and the way to question it. */
function OneEvent({ view, source, eventKey }: { view: InvoiceView; source: string; eventKey: string }) {
  const { place, open } = useExplainPlace();
  const { why } = useAccess();
  const [disputed, setDisputed] = useState(false);
  const query = useEventDetail({ tenantId: view.row.tenant_id, source, key: eventKey });
  const refused = why ?? refusalOf(view, "dispute");
  return (
    <QueryView query={query} what="The event">
      {(detail) => (
        <>
          <EventWhole detail={detail} onOpen={(event) => open({ ...place, source: event.source, key: event.key })} />
          <div className={classes.question}>
            <Button
              variant="default"
              disabled={refused !== null}
              onClick={() => setDisputed(true)}
              data-testid="explain-dispute"
            >
              Open dispute about this event
            </Button>
            {refused !== null && <span className="dim">{refused}</span>}
          </div>
          <OpenDisputeDialog
            key={`${source}|${eventKey}`}
            tenantId={view.row.tenant_id}
            invoice={view}
            event={{ source, key: eventKey }}
            opened={disputed}
            onClose={() => setDisputed(false)}
          />
        </>
      )}
    </QueryView>
  );
}

function Steps({ view }: { view: InvoiceView }) {
  const { place, open } = useExplainPlace();
  const line = place.explain && place.explain !== "total" ? Number(place.explain) : null;
  const query = useExplanation(view.row.invoice_id, line, true);
  const imported = view.row.origin === "imported";
  if (place.source && place.key) return <OneEvent view={view} source={place.source} eventKey={place.key} />;
  return (
    <QueryView query={query} what="The explanation">
      {(explanation) => {
        const one = explanation.lines[0];
        if (line === null) return <TotalStep explanation={explanation} imported={imported} onOpen={open} />;
        if (!one) return <p className="dim">There is no such line on this invoice.</p>;
        return place.step ? (
          <UseStep explanation={explanation} line={one} onOpen={open} />
        ) : (
          <LineStep explanation={explanation} line={one} imported={imported} onOpen={open} />
        );
      }}
    </QueryView>
  );
}

/** Why an amount is what it is: total, line, steps, use, events; each step opens the next. */
export function ExplainDrawer({ view }: { view: InvoiceView }) {
  const { place, open, close } = useExplainPlace();
  return (
    <DetailDrawer
      opened={place.explain !== undefined}
      onClose={close}
      title={`Explain ${view.row.number ?? "draft"}`}
      testId="explain"
      size={720}
    >
      <Way place={place} onOpen={open} />
      <Steps view={view} />
    </DetailDrawer>
  );
}
