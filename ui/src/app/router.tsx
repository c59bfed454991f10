import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type RouterHistory,
  retainSearchParams,
} from "@tanstack/react-router";
import { ImportPage } from "@/features/import/ImportPage";
import { OverviewPage } from "@/features/overview/OverviewPage";
import { QuarantinePage } from "@/features/quarantine/QuarantinePage";
import { SettingsPage } from "@/features/settings/SettingsPage";
import { TenantPage } from "@/features/tenant/TenantPage";
import { TenantsPage } from "@/features/tenants/TenantsPage";
import { UsagePage } from "@/features/usage/UsagePage";
import { NotFound, ScreenFailed } from "./frame/Failures";
import { Frame } from "./frame/Frame";
import { quarantineSearch, type RootSearch, rootSearch, tenantSearch, tenantsSearch, usageSearch } from "./search";

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NotFound,
  validateSearch: rootSearch,
  search: { middlewares: [retainSearchParams<RootSearch>(["month"])] },
});

const routes = [
  createRoute({ getParentRoute: () => root, path: "/", component: OverviewPage }),
  createRoute({
    getParentRoute: () => root,
    path: "/tenants",
    component: TenantsPage,
    validateSearch: tenantsSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/tenants/$tenantId",
    component: TenantPage,
    validateSearch: tenantSearch,
  }),
  createRoute({ getParentRoute: () => root, path: "/usage", component: UsagePage, validateSearch: usageSearch }),
  createRoute({
    getParentRoute: () => root,
    path: "/quarantine",
    component: QuarantinePage,
    validateSearch: quarantineSearch,
  }),
  createRoute({ getParentRoute: () => root, path: "/import", component: ImportPage }),
  createRoute({ getParentRoute: () => root, path: "/settings", component: SettingsPage }),
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
