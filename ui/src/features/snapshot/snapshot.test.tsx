import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { OpeningListener } from "@/host/host";
import { createMockHost } from "@/host/mock";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

describe("snapshots in the window", () => {
  it("says of what, from where and as of when a snapshot is", async () => {
    renderApp("/", { mode: "snapshot" });
    const line = await screen.findByTestId("environment-line");
    await waitFor(() => expect(line).toHaveTextContent(/SNAPSHOT · read only, as of/));
    expect(line).toHaveTextContent(/of billing-eu \(production\) from dana@db.internal/);
    expect(line).toHaveTextContent(/all [\d,]+ tenants/);
    expect(await screen.findByTestId("database-access")).toHaveTextContent("snapshot");
  });

  it("shows the effect in money first, and what caused it", async () => {
    const user = quickUser();
    renderApp("/difference");
    await user.click(await screen.findByTestId("difference-choose"));
    expect(await screen.findByTestId("difference-money")).toHaveTextContent("$3.50");
    expect(screen.getByTestId("difference-events")).toHaveTextContent("call-77");
    expect(screen.queryByTestId("difference-lines")).toBeNull();
    expect(screen.getByTestId("difference-save")).toBeEnabled();
  });

  it("writes what was asked for and says which file it is", async () => {
    const user = quickUser();
    const write = vi.fn(createMockHost("full").snapshotExport);
    renderApp("/", { host: { snapshotExport: write } });
    await user.click(await screen.findByTestId("database"));
    await user.click(await screen.findByTestId("snapshot-open"));
    await user.click(await screen.findByLabelText("Pack the file"));
    expect(await seriousFindings(screen.getByTestId("snapshot-dialog"))).toEqual([]);
    await user.click(screen.getByTestId("snapshot-write"));
    expect(await screen.findByTestId("snapshot-written")).toHaveTextContent("9f2c4e");
    expect(write.mock.calls[0]?.[0]).toEqual({ tenant_ids: [], from: null, to: null, packed: true });
  });

  it("says what became of a file that was dropped on the window", async () => {
    const listen = vi.fn((_listener: OpeningListener) => () => {});
    renderApp("/", { host: { onOpening: listen } });
    await waitFor(() => expect(listen).toHaveBeenCalled());
    listen.mock.calls[0]?.[0].refused({
      code: "snapshot_damaged",
      message: "Bytes 0 to 65535 are not what was written.",
      field: null,
      line: null,
      detail: null,
    });
    expect(await screen.findByText(/not what was written. \(snapshot_damaged\)/)).toBeInTheDocument();
  });
});
