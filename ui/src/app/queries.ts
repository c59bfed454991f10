import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type {
  AuditFilter,
  DisputeFilter,
  EventFilter,
  InvoiceFilter,
  LateFilter,
  QuarantineFilter,
} from "@/generated/bindings";
import { type HostError, useHost } from "@/host";
import { filledPage } from "./filled-page";

export const REFRESH_MS = 30_000;

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: HostError;
  }
}

/** One cache for the window. A local database has no network: nothing waits for "online", and an error shows at once. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { networkMode: "always", retry: false, staleTime: 2_000, gcTime: 300_000, refetchOnWindowFocus: true },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

const live = { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData };
/** Lists refresh by themselves while few pages are loaded; a person deep in one is not moved about. */
const refreshing = (pages: number | undefined) => ((pages ?? 0) <= 3 ? REFRESH_MS : false);
const steady = { staleTime: Number.POSITIVE_INFINITY };

export function useSession() {
  const host = useHost();
  return useQuery({ queryKey: ["session"], queryFn: () => host.session(), ...steady });
}

export function useDatabaseStatus() {
  const host = useHost();
  return useQuery({ queryKey: ["status"], queryFn: () => host.databaseStatus(), ...live });
}

export function useOverview(at: string | null) {
  const host = useHost();
  return useQuery({ queryKey: ["overview", at], queryFn: () => host.overview(at), ...live });
}

export function useTenants(at: string | null) {
  const host = useHost();
  return useQuery({ queryKey: ["tenants", at], queryFn: () => host.tenants(at), ...live });
}

export function useTenantPage(tenantId: string, at: string | null) {
  const host = useHost();
  return useQuery({
    queryKey: ["tenant", tenantId, at],
    queryFn: () => host.tenantPage(tenantId, at),
    refetchInterval: REFRESH_MS,
    // Another tenant's figures never stand in for this one's; this tenant's own may, while another month loads.
    placeholderData: (previous) => (previous?.tenant_id === tenantId ? previous : undefined),
  });
}

export function useTenantSeries(tenantId: string, days: number) {
  const host = useHost();
  return useQuery({
    queryKey: ["tenant-series", tenantId, days],
    queryFn: () => host.tenantSeries(tenantId, days),
    refetchInterval: REFRESH_MS,
  });
}

export function useTenantMonths(tenantId: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["tenant-months", tenantId],
    queryFn: () => host.tenantMonths(tenantId),
    refetchInterval: REFRESH_MS,
  });
}

export function useSubjects(tenantId: string, text: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["subjects", tenantId, text],
    queryFn: () => host.subjects(tenantId, text),
    placeholderData: keepPreviousData,
  });
}

export function useMeters() {
  const host = useHost();
  return useQuery({ queryKey: ["meters"], queryFn: () => host.meters(), staleTime: 300_000 });
}

/** The ledger, page by page. */
export function useEvents(filter: EventFilter) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["events", filter],
    queryFn: ({ pageParam, signal }) => filledPage((cursor) => host.events(filter, cursor), pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => refreshing(query.state.data?.pages.length),
  });
}

/** What names an event. */
export type EventName = { tenantId: string; source: string; key: string };

export function useEventDetail(name: EventName | null) {
  const host = useHost();
  return useQuery({
    queryKey: ["event", name],
    queryFn: () => {
      if (!name) throw new Error("no event is named");
      return host.eventDetail(name.tenantId, name.source, name.key);
    },
    enabled: name !== null,
  });
}

export function useQuarantine(filter: QuarantineFilter) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["quarantine", filter],
    queryFn: ({ pageParam }) => host.quarantine(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => refreshing(query.state.data?.pages.length),
  });
}

export function useAudit(filter: AuditFilter) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam }) => host.audit(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) <= 3 ? REFRESH_MS : false),
  });
}

export function useConnections() {
  const host = useHost();
  return useQuery({ queryKey: ["connections"], queryFn: () => host.connections() });
}

export function usePresets() {
  const host = useHost();
  return useQuery({ queryKey: ["presets"], queryFn: () => host.presets(), ...steady });
}

export function useInvoicePresets() {
  const host = useHost();
  return useQuery({ queryKey: ["invoice-presets"], queryFn: () => host.invoicePresets(), ...steady });
}

export function useSearch(text: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["search", text],
    queryFn: () => host.search(text),
    enabled: text.length > 0,
    placeholderData: keepPreviousData,
  });
}

export function useInvoices(filter: InvoiceFilter) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["invoices", filter],
    queryFn: ({ pageParam }) => host.invoices(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => refreshing(query.state.data?.pages.length),
  });
}

export function useInvoice(invoiceId: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["invoice", invoiceId],
    queryFn: () => host.invoice(invoiceId),
    refetchInterval: REFRESH_MS,
  });
}

/** The explanation reads the ledger: it is asked for when it is looked at, and kept until something changes. */
export function useExplanation(invoiceId: string, line: number | null, enabled: boolean) {
  const host = useHost();
  return useQuery({
    queryKey: ["explain", invoiceId, line],
    queryFn: () => host.invoiceExplain(invoiceId, line),
    enabled,
    staleTime: REFRESH_MS,
  });
}

/** What changed since an invoice was issued: read when it is looked at, as the explanation is. */
export function useInvoiceSince(invoiceId: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["invoice-since", invoiceId],
    queryFn: () => host.invoiceDifference(invoiceId),
    staleTime: REFRESH_MS,
  });
}

/** Further events behind a line, after those that came with its explanation. */
export function useLineEvents(invoiceId: string, line: number, first: string | null) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["line-events", invoiceId, line, first],
    queryFn: ({ pageParam }) => host.lineEvents(invoiceId, line, pageParam),
    initialPageParam: first,
    getNextPageParam: (last) => last.next,
    enabled: false,
  });
}

export function useInvoicePages(invoiceId: string) {
  const host = useHost();
  return useQuery({ queryKey: ["invoice-pages", invoiceId], queryFn: () => host.invoicePages(invoiceId) });
}

export function useCreditNotePages(creditNoteId: string) {
  const host = useHost();
  return useQuery({ queryKey: ["credit-pages", creditNoteId], queryFn: () => host.creditNotePages(creditNoteId) });
}

export function useDisputes(filter: DisputeFilter) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["disputes", filter],
    queryFn: ({ pageParam }) => host.disputes(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => refreshing(query.state.data?.pages.length),
  });
}

export function useDispute(disputeId: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["dispute", disputeId],
    queryFn: () => host.dispute(disputeId),
    refetchInterval: REFRESH_MS,
  });
}

export function useTenantBilling(tenantId: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["tenant-billing", tenantId],
    queryFn: () => host.tenantBilling(tenantId),
    refetchInterval: REFRESH_MS,
  });
}

export function useTenantTimeline(tenantId: string) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["tenant-timeline", tenantId],
    queryFn: ({ pageParam }) => host.tenantTimeline(tenantId, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: (query) => refreshing(query.state.data?.pages.length),
  });
}

export function useLateRows(filter: LateFilter) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: ["late", filter],
    queryFn: ({ pageParam }) => host.lateRows(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => refreshing(query.state.data?.pages.length),
  });
}

export function useBillingSettings() {
  const host = useHost();
  return useQuery({ queryKey: ["billing-settings"], queryFn: () => host.settings() });
}
