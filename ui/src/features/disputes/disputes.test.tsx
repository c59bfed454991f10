import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Change, DisputeDecideRequest, DisputeRequest } from "@/generated/bindings";
import type { BillingChanges } from "@/host";
import { createMockHost } from "@/host/mock";
import { allDisputes } from "@/host/mock/disputes";
import { allInvoices } from "@/host/mock/invoices";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const DISPUTE = allDisputes()[0] as ReturnType<typeof allDisputes>[number];
const ADDRESS = `/disputes/${DISPUTE.dispute_id}`;
const CHANGE: Change = { title: "Done", effects: [], warnings: [], fingerprint: "one" };

const billing = (part: Partial<BillingChanges>) => ({ billing: { ...createMockHost("full").billing, ...part } });

describe("disputes", () => {
  it("say in words that a deadline has passed", async () => {
    renderApp("/disputes", { mode: "small" });
    await screen.findByTestId("disputes-grid");
    expect((await screen.findAllByText("Late · open")).length).toBeGreaterThan(0);
    expect(screen.getByTestId("page-context")).toHaveTextContent("past their deadline");
  });

  it("show a hostile claim as text", async () => {
    const claim = '<img src=x onerror="alert(1)">';
    const { container } = renderApp("/disputes", {
      host: {
        disputes: async () => ({ as_of: new Date().toISOString(), rows: [{ ...DISPUTE, claim }], next: null }),
      },
    });
    expect(await screen.findByText(claim)).toBeInTheDocument();
    expect(container.querySelector("img")).toBeNull();
  });

  it("are decided with a credit of what a person chose", async () => {
    const user = quickUser();
    const preview = vi.fn(async (_request: DisputeDecideRequest) => CHANGE);
    renderApp(ADDRESS, { host: billing({ disputeDecide: { preview, act: preview } }) });
    await user.click(await screen.findByTestId("dispute-decide-open"));
    const dialog = await screen.findByTestId("dispute-decide");
    await user.click(within(dialog).getByLabelText("Credit"));
    await user.click(await within(dialog).findByTestId("credit-line-2"));
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("They are right");
    expect(await seriousFindings(dialog)).toEqual([]);
    await user.click(screen.getByTestId("dispute-decide-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toEqual({
      dispute_id: DISPUTE.dispute_id,
      decision: "credit",
      parts: [{ line_no: 2, amount: null, description: null }],
      reason: "They are right",
    });
    expect(await screen.findByTestId("dispute-decide-act")).toHaveTextContent("Credit and close");
  });

  it("take no parts along when the claim is rejected after all", async () => {
    const user = quickUser();
    const preview = vi.fn(async (_request: DisputeDecideRequest) => CHANGE);
    renderApp(ADDRESS, { host: billing({ disputeDecide: { preview, act: preview } }) });
    await user.click(await screen.findByTestId("dispute-decide-open"));
    const dialog = await screen.findByTestId("dispute-decide");
    await user.click(within(dialog).getByLabelText("Credit"));
    await user.click(await within(dialog).findByTestId("credit-line-1"));
    await user.click(within(dialog).getByLabelText("Reject"));
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Their logs agree");
    await user.click(screen.getByTestId("dispute-decide-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toMatchObject({ decision: "reject", parts: [] });
  });

  it("are opened from an invoice with lines and events in question", async () => {
    const user = quickUser();
    const invoice = allInvoices()[60] as ReturnType<typeof allInvoices>[number];
    const preview = vi.fn(async (_request: DisputeRequest) => CHANGE);
    renderApp(`/invoices/${invoice.invoice_id}`, { host: billing({ disputeOpen: { preview, act: preview } }) });
    await user.click(await screen.findByTestId("invoice-actions"));
    await user.click(await screen.findByTestId("action-dispute"));
    await user.click(await screen.findByTestId("field-claim"));
    await user.paste("Too many calls");
    await user.click(screen.getByTestId("dispute-line-2"));
    await user.click(screen.getByTestId("dispute-add-event"));
    await user.click(screen.getByLabelText("Source of event 1"));
    await user.paste("usage-events");
    await user.click(screen.getByLabelText("Key of event 1"));
    await user.paste("evt-1");
    expect(await seriousFindings(screen.getByTestId("dispute-open"))).toEqual([]);
    await user.click(screen.getByTestId("dispute-open-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toEqual({
      tenant_id: invoice.tenant_id,
      invoice_id: invoice.invoice_id,
      claim: "Too many calls",
      claimed: null,
      deadline: null,
      lines: [2],
      events: [{ source: "usage-events", key: "evt-1" }],
    });
  });

  it("save an evidence pack for the case", async () => {
    const user = quickUser();
    const savePack = vi.fn(async () => "/home/dana/pack.zip");
    renderApp(ADDRESS, { host: { savePack } });
    await user.click(await screen.findByTestId("save-pack"));
    await waitFor(() => expect(savePack).toHaveBeenCalledWith(DISPUTE.invoice_id, DISPUTE.dispute_id));
    expect(await screen.findByText("/home/dana/pack.zip")).toBeInTheDocument();
  });

  it("take a note", async () => {
    const user = quickUser();
    renderApp(ADDRESS);
    await user.click(await screen.findByTestId("dispute-note-open"));
    await user.click(await screen.findByTestId("field-note"));
    await user.paste("Called again");
    expect(await seriousFindings(screen.getByTestId("dispute-note"))).toEqual([]);
    await user.click(screen.getByTestId("dispute-note-preview"));
    await user.click(await screen.findByTestId("dispute-note-act"));
    await waitFor(() => expect(screen.queryByTestId("dispute-note")).toBeNull());
  });
});
