import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { OpeningListener } from "@/host/host";
import { createMockHost } from "@/host/mock";
import { mockDifference } from "@/host/mock/snapshots";
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

  it("says what has no amount instead of showing none", async () => {
    const user = quickUser();
    const found = mockDifference();
    const problem = {
      tenant_id: found.money[0]?.tenant_id ?? "",
      tenant: "Lisbon Law",
      period_id: "per_1",
      state: "after" as const,
      code: "overflow",
      message: "The amount is more than 64 bits hold.",
    };
    const counts = { ...found.counts, events: 0, counters: 0, problems: 1 };
    const failed = { ...found, money: [], events: [], counters: [], counts, problems: [problem] };
    renderApp("/difference", { host: { snapshotDifference: async () => failed } });
    await user.click(await screen.findByTestId("difference-choose"));
    expect(await screen.findByTestId("difference-problems")).toHaveTextContent("more than 64 bits hold");
    expect(screen.queryByText("Nothing differs between the two.")).toBeNull();
  });

  it("gives each closed button its reason", async () => {
    renderApp("/quarantine", { mode: "snapshot" });
    const user = quickUser();
    const boxes = await screen.findAllByRole("checkbox");
    await user.click(boxes[boxes.length - 1] as HTMLElement);
    const retry = await screen.findByTestId("quarantine-retry");
    expect(retry).toBeDisabled();
    expect(retry).toHaveAttribute("title", "A snapshot is never changed.");
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

  it("takes the progress away when verifying is over, also where the page itself asked for it", async () => {
    const listen = vi.fn((_listener: OpeningListener) => () => {});
    renderApp("/", { host: { onOpening: listen } });
    await waitFor(() => expect(listen).toHaveBeenCalled());
    const listener = listen.mock.calls[0]?.[0];
    act(() => listener?.progress({ phase: "comparing every byte", done: 1, total: 2 }));
    expect(await screen.findByTestId("opening-progress")).toBeInTheDocument();
    act(() => listener?.ended());
    await waitFor(() => expect(screen.queryByTestId("opening-progress")).toBeNull());
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
