import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useInvoices } from "@/app/queries";
import {
  EmptyState,
  InvoiceLink,
  LinkButton,
  type PlainColumn,
  PlainTable,
  QueryView,
  Section,
  StatusBadge,
} from "@/components";
import { isZero, useFormat } from "@/format";
import type { InvoiceRow, TenantPage } from "@/generated/bindings";
import { FROM_THE_BEGINNING } from "../../invoices/filter";

const SHOWN = 12;

/** The newest invoices of the tenant. */
export function TenantInvoices({ page }: { page: TenantPage }) {
  const format = useFormat();
  const navigate = useNavigate();
  const filter = useMemo(
    () => ({
      tenant_id: page.tenant_id,
      status: null,
      from: null,
      to: null,
      origin: null,
      hold: null,
      number: null,
    }),
    [page.tenant_id],
  );
  const query = useInvoices(filter);
  const columns: PlainColumn<InvoiceRow>[] = [
    { head: "Number", cell: ({ invoice_id, number }) => <InvoiceLink invoiceId={invoice_id} number={number} /> },
    { head: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
    { head: "Period", cell: ({ period }) => period && format.span(period) },
    {
      head: "Issued",
      cell: ({ issue_day }) => (issue_day ? format.day(issue_day) : <span className="dim">not yet</span>),
    },
    { head: "Due", cell: ({ due_day }) => due_day && format.day(due_day) },
    {
      head: "Total",
      align: "right",
      cell: ({ total, currency }) => <span data-figure={total}>{format.money(total, currency)}</span>,
    },
    {
      head: "Open",
      align: "right",
      cell: ({ open, currency }) => (
        <span data-figure={open} className={isZero(open) ? "dim" : undefined}>
          {format.money(open, currency)}
        </span>
      ),
    },
  ];
  return (
    <Section
      title="Invoices"
      note="newest first"
      flush="flush"
      testId="tenant-invoices"
      actions={
        <LinkButton
          to="/invoices"
          search={{ tenant_id: page.tenant_id, from: FROM_THE_BEGINNING }}
          variant="subtle"
          size="compact-xs"
        >
          All invoices
        </LinkButton>
      }
    >
      <QueryView query={query} what="The invoices">
        {({ pages }) => {
          const rows = pages[0]?.rows.slice(0, SHOWN) ?? [];
          if (rows.length === 0)
            return <EmptyState>Invoices will be here after the first run over a period that has ended.</EmptyState>;
          return (
            <PlainTable
              caption="Invoices"
              columns={columns}
              rows={rows}
              rowKey={({ invoice_id }) => invoice_id}
              onOpen={({ invoice_id }) =>
                void navigate({ to: "/invoices/$invoiceId", params: { invoiceId: invoice_id } })
              }
            />
          );
        }}
      </QueryView>
    </Section>
  );
}
