import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { InvoiceImportRequest, PaymentsImported, PaymentsImportRequest } from "@/generated/bindings";
import { paymentsReport } from "@/host/mock/imports";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

describe("the import of invoices", () => {
  it("looks first, then shows what the documents come to", async () => {
    const user = quickUser();
    const { container } = renderApp("/import?what=invoices");
    await user.click(await screen.findByTestId("import-file"));
    await user.paste("/data/online-retail.csv");
    await user.click(await screen.findByTestId("import-map"));
    await user.click(await screen.findByRole("option", { name: "UCI Online Retail", hidden: true }));
    await user.click(screen.getByTestId("import-dry-run"));
    const result = await screen.findByTestId("import-result", undefined, { timeout: 5_000 });
    expect(result).toHaveAttribute("data-dry-run", "true");
    expect(screen.getByTestId("import-lines-GBP")).toHaveAttribute("data-figure", "748957.02");
    expect(screen.queryByTestId("import-open-invoices"), "nothing was written").toBeNull();
    expect(await seriousFindings(container)).toEqual([]);
  });

  it("sends the file of the documents along", async () => {
    const user = quickUser();
    const invoiceImportRun = vi.fn(async (_request: InvoiceImportRequest) => {
      throw new Error("not asked here");
    });
    renderApp("/import?what=invoices", { host: { invoiceImportRun } });
    await user.click(await screen.findByTestId("import-file"));
    await user.paste("/data/lines.csv");
    await user.click(await screen.findByTestId("import-map"));
    await user.click(await screen.findByRole("option", { name: "Stripe invoices", hidden: true }));
    await user.click(screen.getByTestId("import-documents"));
    await user.paste("/data/invoices.csv");
    await user.click(screen.getByTestId("import-refuse_blank_tenants"));
    await user.click(screen.getByTestId("import-run"));
    await waitFor(() => expect(invoiceImportRun).toHaveBeenCalledOnce());
    expect(invoiceImportRun.mock.calls[0]?.[0]).toEqual({
      file: "/data/lines.csv",
      documents: "/data/invoices.csv",
      map: "stripe-invoices",
      tenant: null,
      refuse_blank_tenants: true,
      all_or_nothing: false,
      dry_run: false,
    });
    expect(await screen.findByTestId("error-state")).toBeInTheDocument();
  });
});

describe("the import of payments", () => {
  it("asks for a reason and shows what was put aside", async () => {
    const user = quickUser();
    const paymentsImportRun = vi.fn(
      async (request: PaymentsImportRequest): Promise<PaymentsImported> => paymentsReport(request),
    );
    const { container } = renderApp("/import?what=payments", { host: { paymentsImportRun } });
    await user.click(await screen.findByTestId("import-file"));
    await user.paste("/data/bank.csv");
    expect(screen.getByTestId("import-run"), "without a reason none can be taken").toBeDisabled();
    await user.click(screen.getByTestId("field-reason"));
    await user.paste(" Bank of November ");
    await user.click(screen.getByTestId("import-run"));
    expect(await screen.findByTestId("import-put-aside")).toBeInTheDocument();
    expect(screen.getByTestId("import-paid-EUR")).toHaveAttribute("data-figure", "48210.90");
    expect(paymentsImportRun.mock.calls[0]?.[0].reason).toBe("Bank of November");
    expect(await seriousFindings(container)).toEqual([]);
  });
});
