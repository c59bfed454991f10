import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Explanation, InvoiceView, LineEvents } from "@/generated/bindings";
import { recentOf } from "@/host/mock/events";
import { explanation, invoiceView, lineEvents } from "@/host/mock/invoice-view";
import { allInvoices } from "@/host/mock/invoices";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const ROW = allInvoices()[60] as ReturnType<typeof allInvoices>[number];
const ADDRESS = `/invoices/${ROW.invoice_id}`;
const whole = explanation(ROW.invoice_id, null) as Explanation;
const USED = whole.lines.find(({ meter }) => meter !== null) as Explanation["lines"][number];

describe("the explanation of an amount", () => {
  it("walks from the total down to one event, and back", async () => {
    const user = quickUser();
    renderApp(ADDRESS);
    await user.click(await screen.findByTestId("explain-total"));
    const total = await screen.findByTestId("explain-total-step");
    expect(total).toHaveTextContent("Total: rounded lines and tax added up");
    await user.click(within(total).getByTestId(`explain-open-line-${USED.no}`));
    const line = await screen.findByTestId("explain-line-step");
    for (const { amount } of USED.steps)
      expect(
        within(line).getAllByText((_, node) => node?.getAttribute("data-figure") === amount).length,
      ).toBeGreaterThan(0);
    await user.click(within(line).getByTestId("explain-open-use"));
    const use = await screen.findByTestId("explain-use-step");
    expect(within(use).getByTestId("counter-agrees")).toHaveAttribute("data-tone", "normal");
    expect(within(use).getByTestId("counter-agrees")).toHaveTextContent(
      "Line, counter and ledger hold the same quantity",
    );
    const first = recentOf(ROW.tenant_id, 1)[0];
    await user.click(within(use).getByTestId(`explain-event-${first?.key}`));
    expect(await screen.findByTestId("event-quantity")).toHaveAttribute("data-figure", first?.quantity);
    await user.click(within(screen.getByTestId("explain")).getByText(`Line ${USED.no}`));
    expect(await screen.findByTestId("explain-line-step")).toBeInTheDocument();
  });

  it("opens a dispute about the event that it ends at", async () => {
    const user = quickUser();
    const first = recentOf(ROW.tenant_id, 1)[0];
    renderApp(`${ADDRESS}?explain=${USED.no}&step=events&source=${first?.source}&key=${first?.key}`);
    await user.click(await screen.findByTestId("explain-dispute"));
    expect(await screen.findByLabelText("Key of event 1")).toHaveValue(first?.key);
  });

  it("loads further events page by page", async () => {
    const user = quickUser();
    const more = vi.fn(
      async (id: string, _line: number, cursor: string | null): Promise<LineEvents> => lineEvents(id, cursor),
    );
    renderApp(`${ADDRESS}?explain=${USED.no}&step=events`, { host: { lineEvents: more } });
    expect(await screen.findByTestId("events-loaded")).toHaveAttribute("data-figure", "100");
    await user.click(screen.getByTestId("events-more"));
    await waitFor(() => expect(screen.getByTestId("events-loaded")).toHaveAttribute("data-figure", "200"));
    await user.click(screen.getByTestId("events-more"));
    await waitFor(() => expect(screen.getByTestId("events-loaded")).toHaveAttribute("data-figure", "300"));
    expect(more.mock.calls.map(([, , cursor]) => cursor)).toEqual(["100", "200"]);
  });

  it("shows a residue where today's ledger gives another amount", async () => {
    const moved = { ...whole, recomputed: "1.25", residue: "0.25" };
    renderApp(`${ADDRESS}?explain=total`, { host: { invoiceExplain: async () => moved } });
    const residue = await screen.findByTestId("residue");
    expect(residue).toHaveAttribute("data-figure", "0.25");
    expect(residue).toHaveTextContent("a residue of");
  });

  it.each([
    ["a level that was held before", { place: "level", counter: "5", ledger: "5", used: "105" }, "normal", "the level"],
    ["a share of a counter", { counter: "90", ledger: "90", used: "50" }, "normal", "its share"],
    ["a counter that the ledger does not give", { counter: "91", ledger: "90", used: "91" }, "warning", "differ"],
  ])("says what the line was made from: %s", async (_, part, tone, words) => {
    const counter = { ...(USED.counter as NonNullable<typeof USED.counter>), ...part };
    const moved = { ...whole, lines: [{ ...USED, counter }] };
    renderApp(`${ADDRESS}?explain=${USED.no}&step=events`, { host: { invoiceExplain: async () => moved } });
    const mark = await screen.findByTestId("counter-agrees");
    expect(mark).toHaveAttribute("data-tone", tone);
    expect(mark).toHaveTextContent(words);
  });

  it("lists what the invoice does not have, and opens nothing there", async () => {
    const today = { ...USED, no: 0, amount: "0.00", recomputed: "3.00", residue: "3.00" };
    const moved = { ...whole, lines: [...whole.lines, today, { ...today, description: "Another" }] };
    renderApp(`${ADDRESS}?explain=total`, { host: { invoiceExplain: async () => moved } });
    expect(await screen.findAllByText(/not on the invoice/)).toHaveLength(2);
    expect(screen.queryByTestId("explain-open-line-0")).toBeNull();
  });

  it("says of an imported invoice what it was compared with", async () => {
    const view = invoiceView(ROW.invoice_id) as InvoiceView;
    const imported = { ...view, row: { ...view.row, origin: "imported" } };
    renderApp(`${ADDRESS}?explain=total`, { host: { invoice: async () => imported } });
    const residue = await screen.findByTestId("residue");
    expect(residue).toHaveTextContent("as they were imported");
    expect(residue).not.toHaveTextContent("ledger");
  });

  it.each(["total", String(USED.no), `${USED.no}&step=events`])(
    "%s has nothing that axe finds serious",
    async (place) => {
      renderApp(`${ADDRESS}?explain=${place}`);
      await screen.findByTestId(/^explain-(total|line|use)-step$/);
      expect(await seriousFindings(screen.getByTestId("explain"))).toEqual([]);
    },
  );
});
