import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { DatabaseStatus } from "@/generated/bindings";
import { HostError } from "@/host";
import { createMockHost } from "@/host/mock";
import { quickUser, renderApp } from "@/test/render";

/** A console whose first database does not open before the given attempt. */
function failingWith(code: string, untilAttempt: number) {
  const open = createMockHost("full").databaseStatus;
  const error = new HostError({ code, message: "The database is not there.", field: null, line: null, detail: null });
  let attempts = 0;
  const openAgain = vi.fn(async (): Promise<DatabaseStatus> => {
    attempts += 1;
    if (attempts < untilAttempt) throw error;
    return open();
  });
  const databaseStatus = async () => {
    if (attempts < untilAttempt) throw error;
    return open();
  };
  return { openAgain, databaseStatus };
}

describe("a first database that does not open", () => {
  it("is opened again when a person asks, and not by itself where that cannot help", async () => {
    const user = quickUser();
    const host = failingWith("certificate_expired", 2);
    renderApp("/", { host });
    await user.click(await screen.findByTestId("error-retry"));
    await waitFor(() => expect(host.openAgain).toHaveBeenCalledTimes(1));
    await user.click(await screen.findByTestId("error-retry"));
    expect(await screen.findByTestId("nav-tenants")).toBeInTheDocument();
    expect(host.openAgain).toHaveBeenCalledTimes(2);
  });

  it("is tried again by itself when the server does not answer yet", async () => {
    const host = failingWith("no_answer", 1);
    renderApp("/", { host });
    expect(await screen.findByTestId("error-state")).toHaveAttribute("data-code", "no_answer");
    expect(await screen.findByTestId("nav-tenants", {}, { timeout: 4_000 })).toBeInTheDocument();
  });
});
