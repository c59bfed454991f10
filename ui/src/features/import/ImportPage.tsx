import { SegmentedControl } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { ImportSearch } from "@/app/search";
import { EmptyState, ErrorState, Page, PageHeader } from "@/components";
import { ImportProgress } from "./ImportProgress";
import { ImportResult } from "./ImportResult";
import { InvoicesForm } from "./InvoicesForm";
import { InvoicesResult } from "./InvoicesResult";
import classes from "./import.module.css";
import { type ImportFound, type ImportKind, type ImportOrder, useImportJob } from "./job";
import { FRESH_INVOICES, FRESH_PAYMENTS, FRESH_USAGE, KINDS, ORDER } from "./kinds";
import { PaymentsForm } from "./PaymentsForm";
import { PaymentsResult } from "./PaymentsResult";
import { UsageForm } from "./UsageForm";

function Form({ kind, order }: { kind: ImportKind; order: ImportOrder | null }) {
  const [usage, setUsage] = useState(order?.kind === "usage" ? order.request : FRESH_USAGE);
  const [invoices, setInvoices] = useState(order?.kind === "invoices" ? order.request : FRESH_INVOICES);
  const [payments, setPayments] = useState(order?.kind === "payments" ? order.request : FRESH_PAYMENTS);
  switch (kind) {
    case "usage":
      return <UsageForm request={usage} onChange={setUsage} />;
    case "invoices":
      return <InvoicesForm request={invoices} onChange={setInvoices} />;
    case "payments":
      return <PaymentsForm request={payments} onChange={setPayments} />;
  }
}

function Found({ found }: { found: ImportFound }) {
  switch (found.kind) {
    case "usage":
      return <ImportResult report={found.report} />;
    case "invoices":
      return <InvoicesResult report={found.report} />;
    case "payments":
      return <PaymentsResult report={found.report} />;
  }
}

function kindOf({ what }: ImportSearch): ImportKind {
  return ORDER.find((kind) => kind === what) ?? "usage";
}

/** A file of usage, invoices or payments: choose, look at a dry run, then take it. */
export function ImportPage() {
  const { job, run } = useImportJob();
  const search: ImportSearch = useSearch({ from: "/import" });
  const navigate = useNavigate({ from: "/import" });
  const kind = search.what ? kindOf(search) : (job.order?.kind ?? "usage");
  const { order, found, error } = job;
  const isShown = order !== null && order.kind === kind;
  return (
    <Page>
      <PageHeader
        title="Import"
        context={KINDS[kind].context}
        actions={
          <SegmentedControl
            size="xs"
            aria-label="What is imported"
            data={ORDER.map((value) => ({ value, label: KINDS[value].label }))}
            value={kind}
            onChange={(what) => void navigate({ search: (old) => ({ ...old, what }), replace: true })}
            data-testid="import-what"
          />
        }
      />
      <div className={classes.columns}>
        <Form kind={kind} order={order} />
        <div className={classes.stack}>
          {job.state === "running" && <ImportProgress />}
          {isShown && error && (
            <ErrorState
              error={error}
              what={order.request.dry_run ? "The dry run" : "The import"}
              onRetry={() => void run(order)}
            />
          )}
          {isShown && found && <Found found={found} />}
          {job.state !== "running" && !(isShown && (found || error)) && <EmptyState>{KINDS[kind].empty}</EmptyState>}
        </div>
      </div>
    </Page>
  );
}
