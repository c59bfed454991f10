import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Change, EntryRequest } from "@/generated/bindings";
import { HostError } from "@/host";
import { allTenants } from "@/host/mock/tenants";
import { quickUser, renderApp } from "@/test/render";

const TENANT = allTenants()[0] as ReturnType<typeof allTenants>[number];
const ADDRESS = `/tenants/${TENANT.tenant_id}`;

function change(after: string, fingerprint: string): Change {
  return {
    title: "Enter 5 of Emails",
    effects: [{ label: "Use in this period", before: "10", after, unit: "email" }],
    warnings: ["This raises an alert."],
    fingerprint,
  };
}

function refused(code: string, field: string | null = null): HostError {
  return new HostError({ code, message: `Refused: ${code}.`, field, line: null, detail: null });
}

async function openEntry(host: object, mode: "full" | "production" | "snapshot" = "full") {
  const user = quickUser();
  renderApp(ADDRESS, { mode, host });
  await user.click(await screen.findByTestId("entry-open"));
  await user.click(await screen.findByTestId("field-quantity"));
  await user.paste("5");
  await user.click(screen.getByTestId("field-reason"));
  await user.paste("call with the customer");
  return user;
}

describe("change dialog", () => {
  it("previews in figures, then acts with the fingerprint that was shown", async () => {
    const entryPreview = vi.fn(async (_request: EntryRequest) => change("15", "print-1"));
    const entryAct = vi.fn(async (_request: EntryRequest, _print: string) => change("15", "print-1"));
    const user = await openEntry({ entryPreview, entryAct });
    await user.click(screen.getByTestId("entry-preview"));
    const preview = await screen.findByTestId("change-preview");
    expect(within(preview).getByText("15")).toHaveAttribute("data-figure", "15");
    expect(within(preview).getByText("This raises an alert.")).toBeInTheDocument();
    expect(entryAct, "a preview writes nothing").not.toHaveBeenCalled();
    await user.click(screen.getByTestId("entry-act"));
    await waitFor(() => expect(entryAct).toHaveBeenCalledOnce());
    const [asked] = entryPreview.mock.calls[0] ?? [];
    const [written, print] = entryAct.mock.calls[0] ?? [];
    expect(print).toBe("print-1");
    expect(written, "the act is asked for what was previewed").toEqual(asked);
    expect(written?.key).toMatch(/^manual-[0-9a-f-]{36}$/);
    expect(written?.reason).toBe("call with the customer");
    await waitFor(() => expect(screen.queryByTestId("entry")).toBeNull());
  });

  it("shows the new figures when the preview is outdated, and writes nothing", async () => {
    const entryPreview = vi
      .fn()
      .mockResolvedValueOnce(change("15", "print-1"))
      .mockResolvedValue(change("99", "print-2"));
    const entryAct = vi
      .fn()
      .mockRejectedValueOnce(refused("preview_outdated"))
      .mockResolvedValue(change("99", "print-2"));
    const user = await openEntry({ entryPreview, entryAct });
    await user.click(screen.getByTestId("entry-preview"));
    await user.click(await screen.findByTestId("entry-act"));
    expect(await screen.findByText("99")).toBeInTheDocument();
    expect(screen.getByTestId("form-failure")).toHaveAttribute("data-code", "preview_outdated");
    await user.click(screen.getByTestId("entry-act"));
    await waitFor(() => expect(entryAct).toHaveBeenLastCalledWith(expect.anything(), "print-2"));
  });

  it("shows an error at its field", async () => {
    const user = await openEntry({ entryPreview: vi.fn().mockRejectedValue(refused("invalid_quantity", "quantity")) });
    await user.click(screen.getByTestId("entry-preview"));
    expect(await screen.findByText("Refused: invalid_quantity.")).toBeInTheDocument();
    expect(screen.getByTestId("field-quantity")).toHaveAttribute("aria-invalid", "true");
    expect(screen.queryByTestId("form-failure")).toBeNull();
  });

  it("asks for the name of the database on production", async () => {
    const entryAct = vi.fn(async () => change("15", "print-1"));
    const user = await openEntry({ entryPreview: async () => change("15", "print-1"), entryAct }, "production");
    await user.click(screen.getByTestId("entry-preview"));
    const act = await screen.findByTestId("entry-act");
    expect(act).toBeDisabled();
    await user.click(screen.getByTestId("typed-confirmation"));
    await user.paste("billing-eu");
    expect(act).toBeEnabled();
    await user.click(act);
    await waitFor(() => expect(entryAct).toHaveBeenCalledOnce());
  });

  it("is closed to a connection that is read only", async () => {
    renderApp(ADDRESS, { mode: "snapshot" });
    expect(await screen.findByTestId("entry-open")).toBeDisabled();
    expect(screen.getByTestId("override-open")).toBeDisabled();
    expect(screen.getByTestId("environment-line")).toHaveTextContent(/read only, as of/);
  });
});
