import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Change, LateRequest } from "@/generated/bindings";
import { createMockHost } from "@/host/mock";
import { latePage } from "@/host/mock/late";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const ROWS = latePage({ state: "waiting", tenant_id: null }).rows;
const [FIRST] = ROWS as [(typeof ROWS)[number], ...typeof ROWS];
const CHANGE: Change = { title: "Done", effects: [], warnings: [], fingerprint: "one" };

describe("late use", () => {
  it("shows the proposed correction in money, and why there is none", async () => {
    const user = quickUser();
    const none = { ...FIRST, amount: null, refused: "The invoice of that period is void." };
    renderApp("/quarantine?view=late", {
      host: { lateRows: async () => ({ as_of: new Date().toISOString(), rows: [none], next: null }) },
    });
    await user.click(await screen.findByTestId(`late-row-${FIRST.quarantine_id}`));
    expect(await screen.findByTestId("late-drawer")).toHaveTextContent("The invoice of that period is void.");
  });

  it.each(["next_invoice", "credit_note", "refuse"] as const)("is decided as %s with a reason", async (decision) => {
    const user = quickUser();
    const preview = vi.fn(async (_request: LateRequest) => CHANGE);
    const billing = { ...createMockHost("full").billing, late: { preview, act: preview } };
    renderApp("/quarantine?view=late", { mode: "small", host: { billing } });
    await user.click(await screen.findByTestId(`late-row-${FIRST.quarantine_id}`));
    expect(await screen.findByTestId("late-amount")).toHaveAttribute("data-figure", FIRST.amount);
    await user.click(screen.getByTestId("late-decide-one"));
    const dialog = await screen.findByTestId("late");
    await user.click(within(dialog).getByTestId(`late-${decision}`));
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Agreed");
    expect(await seriousFindings(dialog)).toEqual([]);
    await user.click(screen.getByTestId("late-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toEqual({ ids: [FIRST.quarantine_id], decision, reason: "Agreed" });
  });
});
