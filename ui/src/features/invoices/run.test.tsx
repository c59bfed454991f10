import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { RunReport, RunRequest } from "@/generated/bindings";
import { HostError, type ProgressListener } from "@/host";
import type { MockMode } from "@/host/mock";
import { runPreview } from "@/host/mock/runs";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const REPORT: RunReport = {
  run_id: "run_1",
  stopped: false,
  finalized: 214,
  drafted: 12,
  held: 7,
  failed: 1,
  totals: [{ currency: "EUR", count: 92, total: "18230.55" }],
  rows: [],
  elapsed_ms: 840,
};

async function preview(host: object, mode: MockMode = "small") {
  const user = quickUser();
  const rendered = renderApp("/invoices?run=1", { mode, host });
  await user.click(await screen.findByTestId("field-reason"));
  await user.paste("Month end");
  await user.click(screen.getByTestId("run-preview"));
  await screen.findByTestId("run-effect");
  return { user, ...rendered };
}

/** A run that stands still until it is told to go on. */
function heldRun() {
  let finish: (report: RunReport) => void = () => {};
  let tell: ProgressListener = () => {};
  const invoiceRun = vi.fn((_request: RunRequest, onProgress: ProgressListener) => {
    tell = onProgress;
    return new Promise<RunReport>((resolve) => {
      finish = resolve;
    });
  });
  return {
    invoiceRun,
    progress: (done: number) => act(() => tell({ phase: "Finalizing invoices", done, total: 226 })),
    finish: (report: RunReport) => act(async () => finish(report)),
  };
}

describe("a run of invoices", () => {
  it("previews in figures, per currency, and says on its button what it does", async () => {
    const { invoiceRun } = heldRun();
    await preview({ invoiceRun });
    expect(screen.getByTestId("run-finalize")).toHaveAttribute("data-figure", "214");
    expect(screen.getByTestId("run-failed")).toHaveAttribute("data-figure", "1");
    expect(screen.getByTestId("run-total-EUR")).toHaveAttribute("data-figure", "18230.55");
    expect(screen.getByTestId("run-total-JPY")).toHaveAttribute("data-figure", "412300");
    expect(screen.getByTestId("run-act")).toHaveTextContent("Finalize 214 invoices");
    const outcomes = within(screen.getByTestId("run-rows")).getAllByRole("row").slice(1);
    expect(outcomes[0], "errors are looked at first").toHaveTextContent("Cannot be billed");
    expect(invoiceRun, "a preview writes nothing").not.toHaveBeenCalled();
    expect(await seriousFindings(screen.getByTestId("run"))).toEqual([]);
  });

  it("says what a run of drafts does, and that there is nothing to do", async () => {
    const none = { ...runPreview({} as RunRequest), finalize: 0, draft: 0, held: 0 };
    await preview({ runPreview: async () => none });
    expect(screen.getByTestId("run-act")).toBeDisabled();
    expect(screen.getByTestId("run-act")).toHaveTextContent("Nothing to run");
  });

  it("asks for the name of the database on production", async () => {
    const { invoiceRun } = heldRun();
    const { user } = await preview({ invoiceRun }, "production");
    expect(screen.getByTestId("run-act")).toBeDisabled();
    await user.click(screen.getByTestId("typed-confirmation"));
    await user.paste("billing-eu");
    await user.click(screen.getByTestId("run-act"));
    await waitFor(() => expect(invoiceRun).toHaveBeenCalledOnce());
  });

  it("goes on when its dialog and page are left, is seen from everywhere, and shows its result", async () => {
    const held = heldRun();
    const { user, history } = await preview({ invoiceRun: held.invoiceRun });
    await user.click(screen.getByTestId("run-act"));
    await screen.findByTestId("run-progress");
    held.progress(40);
    expect(screen.getByTestId("run-progress-line")).toHaveTextContent("40 of 226");
    await user.click(screen.getByTestId("run-hide"));
    await user.click(screen.getByTestId("nav-settings"));
    await waitFor(() => expect(history.location.pathname).toBe("/settings"));
    held.progress(90);
    expect(screen.getByTestId("run-indicator")).toHaveTextContent("90");
    await held.finish(REPORT);
    await user.click(screen.getByTestId("run-indicator"));
    expect(await screen.findByTestId("run-result")).toBeInTheDocument();
    expect(screen.getByTestId("run-finalized")).toHaveAttribute("data-figure", "214");
    await user.click(screen.getByTestId("run-close"));
    await waitFor(() => expect(screen.queryByTestId("run-indicator")).toBeNull());
  });

  it("runs what was shown, and shows what was left to people by why", async () => {
    const held = heldRun();
    const until = "2026-10-01T00:00:00.000000Z";
    const shown = { ...runPreview({} as RunRequest), until };
    const { user } = await preview({ invoiceRun: held.invoiceRun, runPreview: async () => shown });
    await user.click(screen.getByTestId("run-act"));
    expect(held.invoiceRun.mock.calls[0]?.[0], "no period that ended since").toMatchObject({ until });
    const braked = { ...(shown.rows[0] as RunReport["rows"][number]), outcome: "brake" };
    await held.finish({ ...REPORT, held: 1, rows: [braked] });
    expect(await screen.findByTestId("run-show-braked")).toHaveAttribute("href", expect.stringContaining("hold=brake"));
    expect(screen.queryByTestId("run-show-held")).toBeNull();
  });

  it("stops when asked, and says that the rest waits", async () => {
    const held = heldRun();
    const invoiceRunCancel = vi.fn(async () => {});
    const { user } = await preview({ invoiceRun: held.invoiceRun, invoiceRunCancel });
    await user.click(screen.getByTestId("run-act"));
    await user.click(await screen.findByTestId("run-cancel"));
    expect(invoiceRunCancel).toHaveBeenCalledOnce();
    await held.finish({ ...REPORT, stopped: true, finalized: 120 });
    expect(await screen.findByTestId("run-result")).toHaveTextContent("the next run goes on from there");
  });

  it("says why it failed", async () => {
    const failed = new HostError({
      code: "run_running",
      message: "A run is running.",
      field: null,
      line: null,
      detail: null,
    });
    const { user } = await preview({ invoiceRun: vi.fn().mockRejectedValue(failed) });
    await user.click(screen.getByTestId("run-act"));
    const state = await screen.findByTestId("error-state");
    expect(state).toHaveAttribute("data-code", "run_running");
    expect(state).toHaveTextContent("The run stopped");
  });
});
