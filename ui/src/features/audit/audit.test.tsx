import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { auditPage } from "@/host/mock/audit";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

describe("audit log", () => {
  it("asks for what the address says", async () => {
    const audit = vi.fn(async (filter: Parameters<typeof auditPage>[0]) => auditPage(filter, null));
    renderApp("/audit?actor=dana&action=override.set", { host: { audit } });
    await screen.findByTestId("audit-grid");
    expect(audit.mock.lastCall?.[0]).toMatchObject({ actor: "dana", action: "override.set", tenant_id: null });
  });

  it("shows one record with the login, the reason, before and after", async () => {
    const user = quickUser();
    renderApp("/audit?action=override.set");
    await screen.findByTestId("audit-grid");
    const row = auditPage({ actor: null, action: "override.set", tenant_id: null, from: null, to: null }, null).rows[0];
    await user.click(await screen.findByTestId(`audit-row-${row?.audit_id}`));
    const drawer = await screen.findByTestId("audit-drawer");
    expect(within(drawer).getByText(row?.database_user ?? "?")).toBeInTheDocument();
    expect(within(drawer).getByText(row?.reason ?? "?")).toBeInTheDocument();
    expect(within(drawer).getByText("8000"), "after").toBeInTheDocument();
    expect(within(drawer).getByText("5000"), "before").toBeInTheDocument();
    expect(await seriousFindings(drawer)).toEqual([]);
  });

  it("exports what the filters pass, in the chosen format", async () => {
    const user = quickUser();
    const exportAudit = vi.fn(async () => ({ file: "/home/dana/audit-log.csv", rows: 12, bytes: 2_048 }));
    renderApp("/audit?actor=dana", { host: { exportAudit } });
    await user.click(await screen.findByTestId("export-menu"));
    await user.click(await screen.findByText("CSV"));
    await user.click(await screen.findByTestId("export-records"));
    await waitFor(() =>
      expect(exportAudit).toHaveBeenCalledWith(expect.objectContaining({ actor: "dana", to: null }), "csv"),
    );
    expect(await screen.findByText("12 rows exported")).toBeInTheDocument();
  });
});
