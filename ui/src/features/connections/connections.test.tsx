import { QueryClientProvider } from "@tanstack/react-query";
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LostBanner, pauseAfter } from "@/app/frame/LostBanner";
import { createQueryClient } from "@/app/queries";
import type { ConnectionForm, DatabaseStatus, SecretInput } from "@/generated/bindings";
import { HostError, HostProvider } from "@/host";
import { createMockHost } from "@/host/mock";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp, renderPart } from "@/test/render";

function refused(code: string, field: string | null = null): HostError {
  return new HostError({ code, message: `Refused: ${code}.`, field, line: null, detail: null });
}

async function openForm(host: object = {}) {
  const user = quickUser();
  const shown = renderApp("/settings", { host });
  await user.click(await screen.findByTestId("connection-add"));
  await screen.findByTestId("connection-form");
  const type = async (field: string, text: string) => {
    await user.click(screen.getByTestId(`field-${field}`));
    await user.paste(text);
  };
  return { user, type, ...shown };
}

describe("a new connection", () => {
  it("is careful where nothing is said, and sends the password where the person keeps it", async () => {
    const connectionAdd = vi.fn(async (form: ConnectionForm, secret: SecretInput | null) =>
      createMockHost("full").connectionAdd({ ...form, name: "other" }, secret),
    );
    const { user, type } = await openForm({ connectionAdd });
    await type("name", "billing-us");
    await type("host", "us.internal");
    await type("database", "billing");
    await type("user", "dana");
    await type("password", "not for anybody");
    await user.click(screen.getByTestId("connection-save"));
    await waitFor(() => expect(connectionAdd).toHaveBeenCalledOnce());
    const [form, secret] = connectionAdd.mock.calls[0] ?? [];
    expect(form, "nothing weaker than the strictest unless a person chooses it").toMatchObject({
      environment: "production",
      tls: "verify_full",
      read_only: true,
      allow_owner: false,
    });
    expect(secret).toEqual({ text: "not for anybody", keep: "keyring" });
    await waitFor(() => expect(screen.queryByTestId("connection-form")).toBeNull());
    expect(document.body.innerHTML, "the password left the page with the form").not.toContain("not for anybody");
  });

  it("keeps what was typed when there is no keyring, and offers this run only", async () => {
    const connectionAdd = vi
      .fn()
      .mockRejectedValueOnce(refused("keyring_unavailable", "secret"))
      .mockResolvedValue({ settings: { name: "billing-us" } });
    const { user, type } = await openForm({ connectionAdd });
    await type("name", "billing-us");
    await type("host", "us.internal");
    await type("database", "billing");
    await type("user", "dana");
    await type("password", "secret");
    await user.click(screen.getByTestId("connection-save"));
    expect(await screen.findByText("Refused: keyring_unavailable.")).toBeInTheDocument();
    expect(screen.getByTestId("field-name"), "nothing typed is lost").toHaveValue("billing-us");
    await user.click(screen.getByTestId("keep-run"));
    await user.click(screen.getByTestId("connection-save"));
    await waitFor(() => expect(connectionAdd.mock.lastCall?.[1]).toEqual({ text: "secret", keep: "run" }));
  });

  it("shows what a test found, step by step", async () => {
    const { user, type, container } = await openForm();
    await type("host", "wrong.internal");
    await user.click(screen.getByTestId("connection-test"));
    const result = await screen.findByTestId("connection-test-result");
    expect(result).toHaveAttribute("data-ok", "false");
    expect(within(result).getByTestId("test-step-tls")).toHaveAttribute("data-outcome", "failed");
    expect(within(result).getByTestId("test-step-login")).toHaveAttribute("data-outcome", "skipped");
    expect(within(result).getByText("certificate_other_host")).toBeInTheDocument();
    expect(await seriousFindings(container.ownerDocument.body)).toEqual([]);
  });
});

describe("opening a connection", () => {
  it("asks for the password when the keyring cannot give it, for this run", async () => {
    const user = quickUser();
    const connectionOpen = vi
      .fn<(id: string, secret: SecretInput | null) => Promise<DatabaseStatus>>()
      .mockRejectedValueOnce(refused("keyring_locked", "secret"))
      .mockImplementation((id, secret) => createMockHost("full").connectionOpen(id, secret));
    renderApp("/settings", { host: { connectionOpen } });
    await user.click((await screen.findAllByText("Open"))[0] as HTMLElement);
    expect(await screen.findByTestId("password-dialog")).toBeInTheDocument();
    expect(screen.getByTestId("form-failure")).toHaveAttribute("data-code", "keyring_locked");
    await user.click(screen.getByTestId("field-password"));
    await user.paste("secret");
    await user.click(screen.getByTestId("password-open"));
    await waitFor(() => expect(connectionOpen.mock.lastCall?.[1]).toEqual({ text: "secret", keep: "run" }));
    await waitFor(() => expect(screen.queryByTestId("password-dialog")).toBeNull());
  });
});

describe("a lost connection", () => {
  it("is said in a banner, and what was typed stays", async () => {
    const user = quickUser();
    const connectionAlive = vi.fn().mockRejectedValue(refused("connection_lost"));
    const search = vi.fn().mockRejectedValue(refused("connection_lost"));
    renderApp("/settings", { mode: "production", host: { connectionAlive, search } });
    await user.click(await screen.findByTestId("connection-add"));
    await user.click(await screen.findByTestId("field-name"));
    await user.paste("half typed");
    await waitFor(() => expect(screen.getByTestId("lost-banner")).toBeInTheDocument(), { timeout: 15_000 });
    expect(screen.getByTestId("field-name")).toHaveValue("half typed");
    const before = connectionAlive.mock.calls.length;
    connectionAlive.mockResolvedValue(undefined);
    await waitFor(() => expect(screen.queryByTestId("lost-banner"), "it goes by itself").toBeNull(), {
      timeout: 10_000,
    });
    expect(connectionAlive.mock.calls.length).toBeGreaterThan(before);
    expect(screen.getByTestId("field-name")).toHaveValue("half typed");
  }, 40_000);

  it("is asked for again after each answer, however quick", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const connectionAlive = vi.fn().mockResolvedValue(undefined);
    const host = { ...createMockHost("production"), connectionAlive };
    const client = createQueryClient();
    client.setQueryData(["status"], await host.databaseStatus());
    const { unmount } = renderPart(
      <HostProvider host={host}>
        <QueryClientProvider client={client}>
          <LostBanner />
        </QueryClientProvider>
      </HostProvider>,
    );
    // The answer is there before React draws: three updates become one, that changes nothing to be seen.
    for (let nth = 1; nth <= 3; nth += 1) {
      await act(() => vi.advanceTimersByTimeAsync(10_000));
      expect(connectionAlive).toHaveBeenCalledTimes(nth);
    }
    unmount();
  });

  it("is tried again at growing pauses, up to half a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((failures) => pauseAfter(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
    expect(pauseAfter(1, 0), "two windows do not ask at the same moment").toBe(800);
  });
});
