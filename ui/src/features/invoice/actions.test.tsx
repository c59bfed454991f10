import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Change, CreditRequest, InvoiceActRequest, InvoiceView, PaymentRequest } from "@/generated/bindings";
import { type BillingChanges, HostError } from "@/host";
import { createMockHost, type MockMode } from "@/host/mock";
import { invoiceView } from "@/host/mock/invoice-view";
import { allInvoices } from "@/host/mock/invoices";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const OPEN = allInvoices().find(({ status, origin }) => status === "finalized" && origin === "billed");
if (!OPEN) throw new Error("the mock has an open invoice");
const VIEW = invoiceView(OPEN.invoice_id) as InvoiceView;
const ADDRESS = `/invoices/${OPEN.invoice_id}`;

function change(after: string, fingerprint: string): Change {
  return {
    title: "Void it",
    effects: [{ label: "Open", before: "10.00", after, unit: OPEN?.currency ?? "USD" }],
    warnings: [],
    fingerprint,
  };
}

const billing = (part: Partial<BillingChanges>) => ({ billing: { ...createMockHost("full").billing, ...part } });

async function choose(action: string, host: object = {}, mode: MockMode = "full") {
  const user = quickUser();
  renderApp(ADDRESS, { mode, host });
  await user.click(await screen.findByTestId("invoice-actions"));
  await user.click(await screen.findByTestId(`action-${action}`));
  return user;
}

describe("what changed since an invoice was issued", () => {
  it("says what came late, where it is billed, and what that comes to", async () => {
    renderApp(`${ADDRESS}?tab=since`);
    const events = await screen.findByTestId("since-events");
    expect(events).toHaveTextContent("call-late");
    expect(events).toHaveTextContent("With a later period");
    expect(screen.getByTestId("since-later")).toHaveTextContent("3.50");
    expect(screen.queryByTestId("since-lines"), "no line would be another").toBeNull();
    expect(within(screen.getByTestId("since-money")).getByText(/3.50/)).toHaveAttribute("data-figure", "3.50");
    expect(await seriousFindings(events)).toEqual([]);
  });

  it("asks for it only when it is looked at, and not for a draft", async () => {
    const invoiceDifference = vi.fn(createMockHost("full").invoiceDifference);
    renderApp(ADDRESS, { host: { invoiceDifference } });
    await screen.findByTestId("tab-since");
    expect(invoiceDifference).not.toHaveBeenCalled();
  });
});

describe("what may be done with an invoice", () => {
  it("says why something may not be done, in the menu", async () => {
    const user = quickUser();
    const actions = VIEW.actions.map((one) =>
      one.action === "void" ? { ...one, refused: "A payment was received for it." } : one,
    );
    renderApp(ADDRESS, { host: { invoice: async () => ({ ...VIEW, actions }) } });
    await user.click(await screen.findByTestId("invoice-actions"));
    const refused = await screen.findByTestId("action-void");
    expect(refused).toHaveTextContent("A payment was received for it.");
    expect(refused).toBeDisabled();
    expect(screen.getByTestId("action-finalize")).toHaveTextContent("It is finalized already.");
    expect(screen.getByTestId("action-credit")).toBeEnabled();
  });

  it("offers no payment first where nothing is open", async () => {
    renderApp(ADDRESS, { host: { invoice: async () => ({ ...VIEW, row: { ...VIEW.row, open: "0.00" } }) } });
    await screen.findByTestId("invoice-actions");
    expect(screen.queryByTestId("invoice-primary")).toBeNull();
  });

  it("is closed on a snapshot, and says so", async () => {
    const user = quickUser();
    renderApp(ADDRESS, { mode: "snapshot" });
    await user.click(await screen.findByTestId("invoice-actions"));
    expect(await screen.findByTestId("action-pay")).toHaveTextContent("A snapshot is never changed.");
    expect(screen.getByTestId("invoice-primary")).toBeDisabled();
  });

  it("shows the new figures when the preview is outdated, and writes only what was shown", async () => {
    const outdated = new HostError({
      code: "preview_outdated",
      message: "The figures have changed.",
      field: null,
      line: null,
      detail: null,
    });
    const preview = vi.fn().mockResolvedValueOnce(change("0.00", "one")).mockResolvedValue(change("4.00", "two"));
    const act = vi.fn(async (_request: InvoiceActRequest, print: string) => {
      if (print === "one") throw outdated;
      return change("4.00", "two");
    });
    const user = await choose("void", billing({ invoice: { preview, act } }));
    await user.click(await screen.findByTestId("field-reason"));
    await user.paste("Billed twice");
    await user.click(screen.getByTestId("act-preview"));
    await user.click(await screen.findByTestId("act-act"));
    expect(await screen.findByTestId("form-failure")).toHaveAttribute("data-code", "preview_outdated");
    expect(screen.getByTestId("change-preview")).toHaveTextContent("4.00");
    await user.click(screen.getByTestId("act-act"));
    await waitFor(() => expect(act).toHaveBeenLastCalledWith(expect.objectContaining({ act: "void" }), "two"));
  });

  it.each(["void", "reissue", "uncollectible"])("%s has a dialog that axe finds nothing serious in", async (action) => {
    await choose(action);
    const dialog = await screen.findByTestId("act");
    expect(screen.getByTestId("act-preview"), "a reason is asked for").toBeDisabled();
    expect(await seriousFindings(dialog)).toEqual([]);
  });

  it("enters a payment of what is open unless another amount is typed", async () => {
    const preview = vi.fn(async (_request: PaymentRequest) => change("0.00", "one"));
    const user = await choose("pay", billing({ payment: { preview, act: preview } }));
    expect(await screen.findByTestId("field-amount")).toHaveValue(OPEN.open);
    expect(await seriousFindings(screen.getByTestId("payment"))).toEqual([]);
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Statement");
    await user.click(screen.getByTestId("payment-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toMatchObject({ amount: OPEN.open, method: "bank", received_at: null });
  });

  it("asks for what is still open once a payment was entered", async () => {
    const done = vi.fn(async (_request: PaymentRequest) => change("0.00", "one"));
    let open = "120.00";
    const host = {
      ...billing({ payment: { preview: done, act: done } }),
      invoice: async () => ({ ...VIEW, row: { ...VIEW.row, open } }),
    };
    const user = await choose("pay", host);
    await user.clear(await screen.findByTestId("field-amount"));
    await user.click(screen.getByTestId("field-amount"));
    await user.paste("50");
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Statement");
    await user.click(screen.getByTestId("payment-preview"));
    const enter = await screen.findByTestId("payment-act");
    open = "70.00";
    await user.click(enter);
    await waitFor(() => expect(screen.queryByTestId("payment")).toBeNull());
    await user.click(await screen.findByTestId("invoice-primary"));
    await waitFor(() => expect(screen.getByTestId("field-amount")).toHaveValue("70.00"));
  });

  it("shows and saves a credit note as it is printed", async () => {
    const credited = allInvoices().find(({ credited }) => Number(credited) > 0);
    if (!credited) throw new Error("the mock has an invoice with a credit note");
    const saveCreditNotePdf = vi.fn(async (_id: string, number: string) => `/home/dana/${number}.pdf`);
    const user = quickUser();
    renderApp(`/invoices/${credited.invoice_id}?tab=money`, { host: { saveCreditNotePdf } });
    const note = (invoiceView(credited.invoice_id) as InvoiceView).credit_notes[0];
    await user.click(await screen.findByTestId(`credit-${note?.number}`));
    const shown = await screen.findByTestId("credit-document");
    expect(await within(shown).findByRole("img", { name: "Page 1 of 1" })).toBeInTheDocument();
    expect(await seriousFindings(shown)).toEqual([]);
    await user.click(within(shown).getByTestId("save-credit"));
    await waitFor(() => expect(saveCreditNotePdf).toHaveBeenCalledWith(note?.credit_note_id, note?.number));
    expect(await screen.findByText(`/home/dana/${note?.number}.pdf`)).toBeInTheDocument();
  });

  it("gives nothing back of a discount", async () => {
    const lines = VIEW.lines.map((line) => (line.no === 2 ? { ...line, amount: "-1.00" } : line));
    await choose("credit", { invoice: async () => ({ ...VIEW, lines }) });
    expect(await screen.findByTestId("credit-line-1")).toBeInTheDocument();
    expect(screen.queryByTestId("credit-line-2")).toBeNull();
  });

  it("credits lines whole or in part, and an amount about no line", async () => {
    const preview = vi.fn(async (_request: CreditRequest) => change("0.00", "one"));
    const user = await choose("credit", billing({ credit: { preview, act: preview } }));
    expect(await screen.findByTestId("credit-left")).toHaveAttribute("data-figure", OPEN.total);
    expect(await seriousFindings(screen.getByTestId("credit"))).toEqual([]);
    await user.click(screen.getByTestId("credit-line-2"));
    await user.click(screen.getByTestId("credit-amount-2"));
    await user.paste("1.50");
    await user.click(screen.getByTestId("credit-line-1"));
    await user.click(screen.getByTestId("credit-free-amount"));
    await user.paste("5");
    await user.click(screen.getByTestId("credit-free-description"));
    await user.paste("Goodwill");
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Outage");
    await user.click(screen.getByTestId("credit-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0].parts).toEqual([
      { line_no: 1, amount: null, description: null },
      { line_no: 2, amount: "1.50", description: null },
      { line_no: null, amount: "5", description: "Goodwill" },
    ]);
  });

  it("shows what the program says of an amount above what is left", async () => {
    const user = await choose("credit");
    await user.click(await screen.findByTestId("credit-line-1"));
    await user.click(screen.getByTestId("credit-amount-1"));
    await user.paste("99999999");
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Outage");
    await user.click(screen.getByTestId("credit-preview"));
    expect(await within(screen.getByTestId("credit")).findByRole("alert")).toHaveTextContent("is left to credit");
  });
});
