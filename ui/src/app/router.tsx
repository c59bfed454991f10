import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  retainSearchParams,
} from "@tanstack/react-router";
import { OverviewPage } from "@/features/overview/OverviewPage";
import { NotFound, ScreenFailed } from "./frame/Failures";
import { Frame } from "./frame/Frame";
import {
  auditSearch,
  disputesSearch,
  importSearch,
  invoiceSearch,
  invoicesSearch,
  quarantineSearch,
  type RootSearch,
  rootSearch,
  tenantSearch,
  tenantsSearch,
  usageSearch,
} from "./search";

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NotFound,
  validateSearch: rootSearch,
  search: { middlewares: [retainSearchParams<RootSearch>(["month"])] },
});

// The first screen is there at once; the others bring the grid and the charts when they are opened.
const routes = [
  createRoute({ getParentRoute: () => root, path: "/", component: OverviewPage }),
  createRoute({
    getParentRoute: () => root,
    path: "/tenants",
    component: lazyRouteComponent(() => import("@/features/tenants/TenantsPage"), "TenantsPage"),
    validateSearch: tenantsSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/tenants/$tenantId",
    component: lazyRouteComponent(() => import("@/features/tenant/TenantPage"), "TenantPage"),
    validateSearch: tenantSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/usage",
    component: lazyRouteComponent(() => import("@/features/usage/UsagePage"), "UsagePage"),
    validateSearch: usageSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/quarantine",
    component: lazyRouteComponent(() => import("@/features/quarantine/QuarantinePage"), "QuarantinePage"),
    validateSearch: quarantineSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/invoices",
    component: lazyRouteComponent(() => import("@/features/invoices/InvoicesPage"), "InvoicesPage"),
    validateSearch: invoicesSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/invoices/$invoiceId",
    component: lazyRouteComponent(() => import("@/features/invoice/InvoicePage"), "InvoicePage"),
    validateSearch: invoiceSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/disputes",
    component: lazyRouteComponent(() => import("@/features/disputes/DisputesPage"), "DisputesPage"),
    validateSearch: disputesSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/disputes/$disputeId",
    component: lazyRouteComponent(() => import("@/features/disputes/DisputePage"), "DisputePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/difference",
    component: lazyRouteComponent(() => import("@/features/snapshot/DifferencePage"), "DifferencePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/import",
    component: lazyRouteComponent(() => import("@/features/import/ImportPage"), "ImportPage"),
    validateSearch: importSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/audit",
    component: lazyRouteComponent(() => import("@/features/audit/AuditPage"), "AuditPage"),
    validateSearch: auditSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/settings",
    component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
  }),
] as const;

const tree = root.addChildren([...routes]);

/** Hash addresses: the window has no server that could answer a deep link. */
export function createAppRouter(history: RouterHistory = createHashHistory()) {
  return createRouter({
    routeTree: tree,
    history,
    defaultErrorComponent: ScreenFailed,
    defaultPreload: false,
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
