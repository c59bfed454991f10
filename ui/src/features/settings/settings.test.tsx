import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Change, SettingsRequest } from "@/generated/bindings";
import { createMockHost } from "@/host/mock";
import { SETTINGS } from "@/host/mock/billing";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const CHANGE: Change = { title: "Done", effects: [], warnings: [], fingerprint: "one" };

describe("the billing settings", () => {
  it("are changed as a whole, with what was not touched as it is", async () => {
    const user = quickUser();
    const preview = vi.fn(async (_request: SettingsRequest) => CHANGE);
    const billing = { ...createMockHost("full").billing, settings: { preview, act: preview } };
    renderApp("/settings", { host: { billing } });
    const change = await screen.findByTestId("settings-billing-open");
    await waitFor(() => expect(change, "the settings are read first").toBeEnabled());
    await user.click(change);
    const field = await screen.findByTestId("field-grace_days");
    expect(await seriousFindings(screen.getByTestId("settings-dialog"))).toEqual([]);
    await user.clear(field);
    await user.type(field, "5");
    await user.click(screen.getByTestId("field-reason"));
    await user.paste("Late imports");
    await user.click(screen.getByTestId("settings-dialog-preview"));
    await waitFor(() => expect(preview).toHaveBeenCalledOnce());
    expect(preview.mock.calls[0]?.[0]).toEqual({ settings: { ...SETTINGS, grace_days: 5 }, reason: "Late imports" });
  });
});
