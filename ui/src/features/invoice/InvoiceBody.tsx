import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { EmptyState, Section, Timeline } from "@/components";
import { useFormat } from "@/format";
import type { InvoiceView } from "@/generated/bindings";
import { DisputesTab } from "./DisputesTab";
import { DocumentTab } from "./DocumentTab";
import { ExplainDrawer } from "./explain/ExplainDrawer";
import classes from "./invoice.module.css";
import { LinesTab } from "./LinesTab";
import { MoneyTab } from "./MoneyTab";
import { Notices } from "./Notices";
import { SinceTab } from "./SinceTab";
import { Sums } from "./Sums";

export function InvoiceBody({ view }: { view: InvoiceView }) {
  const { tab } = useSearch({ from: "/invoices/$invoiceId" });
  const navigate = useNavigate({ from: "/invoices/$invoiceId" });
  const format = useFormat();
  const counted = (name: string, count: number) => (count > 0 ? `${name} · ${format.count(count)}` : name);
  const tabs = [
    { id: "lines", name: counted("Lines", view.lines.length) },
    { id: "document", name: "Document" },
    { id: "money", name: counted("Payments and credit notes", view.payments.length + view.credit_notes.length) },
    { id: "disputes", name: counted("Disputes", view.disputes.length) },
    // A draft is made anew each time it is looked at.
    ...(view.row.number === null ? [] : [{ id: "since", name: "Changed since it was issued" }]),
  ];
  const active = tabs.find(({ id }) => id === tab)?.id ?? "lines";
  return (
    <>
      <Notices view={view} />
      <Sums row={view.row} />
      <div className={classes.columns}>
        <Tabs
          value={active}
          onChange={(next) => void navigate({ search: (old) => ({ ...old, tab: next ?? undefined }), replace: true })}
          className={classes.main}
        >
          <Tabs.List mb={12}>
            {tabs.map(({ id, name }) => (
              <Tabs.Tab key={id} value={id} data-testid={`tab-${id}`}>
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="lines">
            <LinesTab view={view} />
          </Tabs.Panel>
          <Tabs.Panel value="document">
            <DocumentTab view={view} />
          </Tabs.Panel>
          <Tabs.Panel value="money">
            <MoneyTab view={view} />
          </Tabs.Panel>
          <Tabs.Panel value="disputes">
            <DisputesTab view={view} />
          </Tabs.Panel>
          <Tabs.Panel value="since">{active === "since" && <SinceTab view={view} />}</Tabs.Panel>
        </Tabs>
        <Section title="Timeline" testId="invoice-timeline">
          {view.timeline.length === 0 ? (
            <EmptyState>What happens to this invoice will be here.</EmptyState>
          ) : (
            <Timeline entries={view.timeline} zone={view.zone ?? "UTC"} label="What happened to this invoice" />
          )}
        </Section>
      </div>
      <ExplainDrawer view={view} />
    </>
  );
}
