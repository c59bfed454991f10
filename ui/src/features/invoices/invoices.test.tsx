import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { twelveMonthsBefore } from "@/format";
import type { InvoiceFilter, InvoicePage } from "@/generated/bindings";
import { allInvoices, invoicePage } from "@/host/mock/invoices";
import { HOSTILE } from "@/host/mock/names";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const TOTALS = [
  { currency: "EUR", count: 2, net: "100.00", total: "119.00", open: "19.00" },
  { currency: "JPY", count: 1, net: "1000", total: "1190", open: "0" },
];

const small = (part: Partial<InvoicePage> = {}): InvoicePage => ({
  ...invoicePage({} as InvoiceFilter, null),
  rows: allInvoices().slice(0, 5),
  next: null,
  totals: TOTALS,
  ...part,
});

describe("the list of invoices", () => {
  it("shows sums per currency and never one over currencies", async () => {
    renderApp("/invoices", { host: { invoices: async () => small() } });
    expect(await screen.findByTestId("invoice-sum-EUR")).toHaveAttribute("data-figure", "119.00");
    expect(screen.getByTestId("invoice-sum-JPY")).toHaveAttribute("data-figure", "1190");
    const totals = screen.getByTestId("invoice-totals");
    expect(within(totals).getAllByTestId(/^invoice-total-/), "one block a currency and no other").toHaveLength(2);
    expect(totals, "119.00 and 1190 are no sum").not.toHaveTextContent("1,309");
  });

  it("says as of when a draft is listed", async () => {
    const row = {
      ...(allInvoices()[0] as InvoicePage["rows"][number]),
      number: null,
      issue_day: null,
      status: "draft",
    };
    const rows = [{ ...row, drafted_at: "2026-10-03T08:00:00.000000Z" }];
    renderApp("/invoices", { host: { invoices: async () => small({ rows }) } });
    expect(await screen.findByTestId("draft-as-of")).toHaveTextContent(/as of .*3/);
    expect(screen.getByTestId("draft-as-of")).toHaveAttribute("title", expect.stringContaining("computed anew"));
  });

  it("asks for the last twelve months unless the address says otherwise", async () => {
    const invoices = vi.fn(async (_filter: InvoiceFilter, _cursor: string | null) => small());
    renderApp("/invoices", { host: { invoices } });
    await waitFor(() => expect(invoices).toHaveBeenCalled());
    expect(invoices.mock.calls[0]?.[0].from).toBe(twelveMonthsBefore(new Date().toISOString().slice(0, 10)));
    expect(invoices.mock.calls[0]?.[0].status).toBeNull();
  });

  it("counts the twelve months of a snapshot from its moment, not from the clock", async () => {
    const invoices = vi.fn(async (_filter: InvoiceFilter, _cursor: string | null) => small());
    renderApp("/invoices", { mode: "snapshot", host: { invoices } });
    await waitFor(() => expect(invoices).toHaveBeenCalled());
    expect(invoices.mock.calls[0]?.[0].from).toBe(twelveMonthsBefore("2026-10-31"));
    const user = quickUser();
    await user.click(screen.getByTestId("period"));
    const months = await screen.findAllByRole("option", { hidden: true });
    expect(months[1], "the newest month that was over at its moment").toHaveTextContent("End of Sep 2026");
  });

  it("takes every filter from the address", async () => {
    const invoices = vi.fn(async (_filter: InvoiceFilter, _cursor: string | null) => small());
    renderApp("/invoices?status=overdue&from=all&to=2026-11-01&hold=brake&number=INV", { host: { invoices } });
    await waitFor(() => expect(invoices).toHaveBeenCalled());
    expect(invoices.mock.calls[0]?.[0]).toEqual({
      status: "overdue",
      tenant_id: null,
      from: null,
      to: "2026-11-01",
      hold: "brake",
      number: "INV",
      origin: null,
    });
  });

  it("shows hostile names as text", async () => {
    const row = allInvoices().find(({ tenant }) => tenant === HOSTILE[0]);
    if (!row) throw new Error("the mock bills the tenant with the hostile name");
    const { container } = renderApp("/invoices", { host: { invoices: async () => small({ rows: [row] }) } });
    expect(await screen.findByText(HOSTILE[0] as string)).toBeInTheDocument();
    expect(container.querySelector("img")).toBeNull();
  });

  it("looks at a row with Space and opens it from there", async () => {
    const user = quickUser();
    const { history } = renderApp("/invoices", { host: { invoices: async () => small() } });
    await screen.findByTestId("invoices-grid");
    await waitFor(() => expect(screen.getAllByTestId(/^invoice-link-/).length).toBeGreaterThan(0));
    await user.keyboard("j ");
    const look = await screen.findByTestId("invoice-look");
    expect(await seriousFindings(look)).toEqual([]);
    await user.click(within(look).getByTestId("invoice-look-open"));
    await waitFor(() => expect(history.location.pathname).toBe(`/invoices/${allInvoices()[0]?.invoice_id}`));
  });

  it("exports what the filters pass, in the chosen format", async () => {
    const user = quickUser();
    const exportInvoices = vi.fn(async () => ({ file: "/home/dana/lines.xlsx", rows: 12, bytes: 2_048 }));
    renderApp("/invoices?status=paid", { mode: "small", host: { exportInvoices } });
    await user.click(await screen.findByTestId("export-menu"));
    await user.click(await screen.findByTestId("export-lines"));
    await waitFor(() =>
      expect(exportInvoices).toHaveBeenCalledWith({
        kind: "lines",
        format: "xlsx",
        filter: expect.objectContaining({ status: "paid" }),
      }),
    );
    expect(await screen.findByText("12 rows exported")).toBeInTheDocument();
  });
});
