import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Change, CouponRequest, GrantRequest, PlanChangeRequest } from "@/generated/bindings";
import type { BillingChanges } from "@/host";
import { createMockHost } from "@/host/mock";
import { tenantBilling } from "@/host/mock/billing";
import { allTenants } from "@/host/mock/tenants";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const TENANT = allTenants()[0] as ReturnType<typeof allTenants>[number];
const ADDRESS = `/tenants/${TENANT.tenant_id}?tab=billing`;
const CHANGE: Change = { title: "Done", effects: [], warnings: [], fingerprint: "one" };

const billing = (part: Partial<BillingChanges>) => ({ billing: { ...createMockHost("full").billing, ...part } });

describe("the billing of a tenant", () => {
  it("shows open amounts by age, a row per currency", async () => {
    const known = tenantBilling(TENANT.tenant_id);
    const row = known.ageing[0] as (typeof known.ageing)[number];
    const ageing = [
      { ...row, currency: "EUR", current: "10.00", open: "10.00" },
      { ...row, currency: "JPY", current: "500", open: "500" },
    ];
    renderApp(ADDRESS, { host: { tenantBilling: async () => ({ ...known, ageing }) } });
    expect(await screen.findByTestId("ageing-EUR-current")).toHaveAttribute("data-figure", "10.00");
    expect(screen.getByTestId("ageing-JPY-current")).toHaveAttribute("data-figure", "500");
    expect(screen.getByTestId("ageing"), "10.00 and 500 are no sum").not.toHaveTextContent("510");
  });

  it.each([
    { open: "account-open", dialog: "account-dialog" },
    { open: "coupon-open", dialog: "coupon" },
    { open: "grant-open", dialog: "grant" },
    { open: "plan-change-open", dialog: "plan-change" },
    { open: "cancel-open", dialog: "cancel" },
  ])("$dialog has nothing that axe finds serious, and asks for a reason", async ({ open, dialog }) => {
    const user = quickUser();
    renderApp(ADDRESS);
    await user.click(await screen.findByTestId(open));
    expect(await seriousFindings(await screen.findByTestId(dialog))).toEqual([]);
    expect(screen.getByTestId(`${dialog}-preview`)).toBeDisabled();
  });

  it("gives a discount in percent or as an amount, never both", async () => {
    const user = quickUser();
    const preview = vi.fn(async (_request: CouponRequest) => CHANGE);
    renderApp(ADDRESS, { host: billing({ coupon: { preview, act: preview } }) });
    await user.click(await screen.findByTestId("coupon-open"));
    await user.click(await screen.findByTestId("field-code"));
    await user.paste("SPRING");
    await user.click(screen.getByTestId("field-off"));
    await user.paste("15");
    await user.click(screen.getByLabelText("Amount"));
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Promised");
    await user.click(screen.getByTestId("coupon-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toMatchObject({ code: "SPRING", percent_off: null, amount_off: "15" });
  });

  it("grants prepaid credits as exact text", async () => {
    const user = quickUser();
    const preview = vi.fn(async (_request: GrantRequest) => CHANGE);
    renderApp(ADDRESS, { host: billing({ grant: { preview, act: preview } }) });
    await user.click(await screen.findByTestId("grant-open"));
    await user.click(await screen.findByTestId("field-amount"));
    await user.paste("9007199254740993.10");
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Paid in advance");
    await user.click(screen.getByTestId("grant-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0].amount, "a float would have lost the last digits").toBe("9007199254740993.10");
  });

  it("changes the plan of the subscription that runs", async () => {
    const user = quickUser();
    const preview = vi.fn(async (_request: PlanChangeRequest) => CHANGE);
    renderApp(ADDRESS, { host: billing({ planChange: { preview, act: preview } }) });
    await user.click(await screen.findByTestId("plan-change-open"));
    await user.click(await screen.findByTestId("field-plan"));
    await user.paste("team");
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Asked by mail");
    await user.click(screen.getByTestId("plan-change-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toMatchObject({
      plan: "team",
      at: null,
      subscription_id: expect.stringMatching(/^sbs_/),
    });
  });

  it("is closed on a connection that is read only", async () => {
    renderApp(ADDRESS, { mode: "snapshot" });
    expect(await screen.findByTestId("account-open")).toBeDisabled();
    expect(screen.getByTestId("account-open")).toHaveAttribute(
      "title",
      "This is a snapshot: it is looked at, not changed.",
    );
  });
});

describe("the line of time of a tenant", () => {
  it("shows what people wrote as text, and loads earlier entries", async () => {
    const user = quickUser();
    const { container } = renderApp(`/tenants/${TENANT.tenant_id}?tab=timeline`);
    expect(await screen.findByText("Prefers e-mail. <i>Ask for Ms Sørensen</i>.")).toBeInTheDocument();
    expect(container.querySelector("li i")).toBeNull();
    const before = screen.getByTestId("timeline").children.length;
    await user.click(screen.getByTestId("timeline-more"));
    await waitFor(() => expect(screen.getByTestId("timeline").children.length).toBe(2 * before));
  });

  it("takes a note", async () => {
    const user = quickUser();
    renderApp(`/tenants/${TENANT.tenant_id}?tab=timeline`);
    await user.click(await screen.findByTestId("tenant-note-open"));
    await user.click(await screen.findByTestId("field-note"));
    await user.paste("Called");
    expect(await seriousFindings(screen.getByTestId("note"))).toEqual([]);
    await user.click(screen.getByTestId("note-preview"));
    await user.click(await screen.findByTestId("note-act"));
    await waitFor(() => expect(screen.queryByTestId("note")).toBeNull());
  });
});
