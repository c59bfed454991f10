import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { allDisputes } from "@/host/mock/disputes";
import { allInvoices } from "@/host/mock/invoices";
import { HOSTILE } from "@/host/mock/names";
import { allTenants } from "@/host/mock/tenants";
import { seriousFindings } from "@/test/axe";
import { quickUser, renderApp } from "@/test/render";

const TENANT = allTenants()[0] as ReturnType<typeof allTenants>[number];
const PAGE = `/tenants/${TENANT.tenant_id}`;

const INVOICE = allInvoices()[60] as ReturnType<typeof allInvoices>[number];
const INVOICE_PAGE = `/invoices/${INVOICE.invoice_id}`;
const DISPUTE_PAGE = `/disputes/${allDisputes()[0]?.dispute_id}`;

const SCREENS = [
  { name: "Overview", address: "/", ready: "overview-flagged" },
  { name: "Tenants", address: "/tenants", ready: "tenants-grid" },
  { name: "Tenant, usage", address: PAGE, ready: "meters" },
  { name: "Tenant, history", address: `${PAGE}?tab=history`, ready: "lifetime" },
  { name: "Tenant, overrides", address: `${PAGE}?tab=overrides`, ready: "overrides" },
  { name: "Tenant, plan", address: `${PAGE}?tab=plan`, ready: "features" },
  { name: "Tenant, subjects", address: `${PAGE}?tab=subjects`, ready: "subjects" },
  { name: "Tenant, billing", address: `${PAGE}?tab=billing`, ready: "ageing" },
  { name: "Tenant, timeline", address: `${PAGE}?tab=timeline`, ready: "timeline" },
  { name: "Usage", address: "/usage", ready: "usage-grid" },
  { name: "Invoices", address: "/invoices", ready: "invoices-grid" },
  { name: "Invoice, lines", address: INVOICE_PAGE, ready: "lines" },
  { name: "Invoice, document", address: `${INVOICE_PAGE}?tab=document`, ready: "page-1" },
  { name: "Invoice, payments", address: `${INVOICE_PAGE}?tab=money`, ready: "payments" },
  { name: "Invoice, disputes", address: `${INVOICE_PAGE}?tab=disputes`, ready: "invoice-disputes" },
  { name: "Disputes", address: "/disputes", ready: "disputes-grid" },
  { name: "Dispute", address: DISPUTE_PAGE, ready: "dispute-claim" },
  { name: "Late use", address: "/quarantine?view=late", ready: "late-grid" },
  { name: "Quarantine", address: "/quarantine", ready: "quarantine-grid" },
  { name: "Audit", address: "/audit", ready: "audit-grid" },
  { name: "Difference", address: "/difference", ready: "difference-choose" },
  { name: "Import, usage", address: "/import", ready: "import-map" },
  { name: "Import, invoices", address: "/import?what=invoices", ready: "import-map" },
  { name: "Import, payments", address: "/import?what=payments", ready: "import-file" },
  { name: "Settings", address: "/settings", ready: "settings-billing-open" },
  { name: "Settings, connections", address: "/settings", ready: "settings-connections" },
];

describe("every screen", () => {
  it.each(SCREENS)("$name has nothing that axe finds serious", async ({ address, ready }) => {
    const { container } = renderApp(address, { mode: "small" });
    expect(await screen.findByTestId(ready)).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByTestId("loading-state")).toBeNull());
    expect(await seriousFindings(container)).toEqual([]);
  });

  it.each([
    "/",
    "/tenants",
    PAGE,
    "/usage",
    "/invoices",
    INVOICE_PAGE,
    "/disputes",
    DISPUTE_PAGE,
    "/quarantine",
    "/quarantine?view=late",
    "/audit",
  ])("%s says what failed", async (address) => {
    renderApp(address, { mode: "error" });
    expect(await screen.findByTestId("error-state")).toHaveAttribute("data-code", "database_unreachable");
    expect(screen.getByTestId("nav-overview"), "the frame stays").toBeInTheDocument();
  });

  it.each(["/", "/tenants", "/usage", "/invoices", "/disputes", "/quarantine", "/quarantine?view=late", "/audit"])(
    "%s says what will be there",
    async (address) => {
      renderApp(address, { mode: "empty" });
      expect(await screen.findByTestId("empty-state")).toBeInTheDocument();
    },
  );
});

describe("the frame", () => {
  it("shows the counts of the overview exactly", async () => {
    renderApp("/");
    const alerts = allTenants().filter(
      ({ level, status }) => level === "alert" && !["none", "cancelled"].includes(status),
    );
    expect(await screen.findByTestId("overview-count-alert")).toHaveAttribute("data-figure", String(alerts.length));
  });

  it("shows hostile names as text", async () => {
    const { container } = renderApp("/tenants?text=onerror");
    const name = HOSTILE[0] as string;
    expect((await screen.findAllByText(name)).length).toBeGreaterThan(0);
    expect(container.querySelector("img")).toBeNull();
  });

  it("goes to screens with g and a letter, and lists the keys with ?", async () => {
    const user = quickUser();
    const { history } = renderApp("/settings");
    await screen.findByTestId("settings-theme");
    await user.keyboard("gt");
    await waitFor(() => expect(history.location.pathname).toBe("/tenants"));
    await user.keyboard("?");
    expect(await screen.findByTestId("keyboard-help")).toBeInTheDocument();
  });

  it("finds a tenant in the palette and opens it", async () => {
    const user = quickUser();
    const { history } = renderApp("/settings");
    await user.click(await screen.findByTestId("palette-open"));
    await user.click(await screen.findByTestId("palette-input"));
    await user.paste(TENANT.name);
    await user.click(await screen.findByTestId(`palette-hit-${TENANT.tenant_id}`));
    await waitFor(() => expect(history.location.pathname).toBe(PAGE));
  });

  it("goes to invoices with g i and to disputes with g d", async () => {
    const user = quickUser();
    const { history } = renderApp("/settings");
    await screen.findByTestId("settings-theme");
    await user.keyboard("gi");
    await waitFor(() => expect(history.location.pathname).toBe("/invoices"));
    await screen.findByTestId("invoices-grid");
    await user.keyboard("gd");
    await waitFor(() => expect(history.location.pathname).toBe("/disputes"));
  });

  it("finds an invoice by its number in the palette and opens it", async () => {
    const user = quickUser();
    const { history } = renderApp("/settings");
    await user.click(await screen.findByTestId("palette-open"));
    await user.click(await screen.findByTestId("palette-input"));
    await user.paste(INVOICE.number as string);
    await user.click(await screen.findByTestId(`palette-hit-${INVOICE.invoice_id}`));
    await waitFor(() => expect(history.location.pathname).toBe(INVOICE_PAGE));
  });

  it("asks for a past month by the address", async () => {
    const overview = vi.fn(async () => {
      throw new Error("not asked for here");
    });
    renderApp("/?month=2026-02", { host: { overview } });
    await waitFor(() => expect(overview).toHaveBeenCalledWith("2026-02-28T23:59:59.000Z"));
  });
});

describe("the first start", () => {
  it("makes the sample company with progress, then shows it", async () => {
    renderApp("/", { mode: "start" });
    expect(await screen.findByTestId("first-start")).toBeInTheDocument();
    expect(await screen.findByTestId("sample-progress")).toHaveTextContent(/of 250/);
    expect(await screen.findByTestId("overview-count-alert")).toBeInTheDocument();
  });

  it("shows why a database could not be opened, and ways on", async () => {
    const databaseStatus = vi.fn(async () => {
      throw new Error("the file is gone");
    });
    renderApp("/", { host: { databaseStatus } });
    expect(await screen.findByTestId("error-state")).toHaveTextContent("The database could not be loaded");
    expect(screen.getByText("Open the sample company")).toBeInTheDocument();
  });
});
