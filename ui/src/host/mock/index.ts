import type { DatabaseStatus, EventFilter, SearchHit } from "@/generated/bindings";
import { HostError } from "../error";
import type { Host } from "../host";
import { auditPage } from "./audit";
import { SETTINGS, tenantBilling } from "./billing";
import { billingChanges } from "./billing-changes";
import { METERS } from "./catalogue";
import { act, previewEntry, previewErase, previewOverride } from "./changes";
import { mockConnections, mockTest } from "./connections";
import { disputePage, disputeView } from "./disputes";
import { creditPages, documentPages } from "./document";
import { eventDetail, eventPage, findEvent, subjectsOf } from "./events";
import { idOf } from "./figures";
import { cancelImport, INVOICE_PRESETS, PRESETS, paymentsReport, runImport, runInvoiceImport } from "./imports";
import { explanation, invoiceSince, invoiceView, lineEvents } from "./invoice-view";
import { allInvoices, invoicePage } from "./invoices";
import { latePage } from "./late";
import { emptyOverview, overview, verification } from "./overview";
import { tenantMonths, tenantPage, tenantSeries } from "./page";
import { decide, quarantinePage } from "./quarantine";
import { cancelRun, invoiceRun, runPreview } from "./runs";
import { aboutSnapshot, mockDifference, writeSnapshot } from "./snapshots";
import { allTenants, findTenant, tenantList } from "./tenants";
import { timelinePage } from "./timeline";

/** What the mock pretends: a full company, the first rows of it, an empty one, a database that fails, a slow one, a first start, and so on. */
export type MockMode = "full" | "small" | "empty" | "error" | "slow" | "start" | "production" | "snapshot" | "lost";

const MODES: readonly MockMode[] = [
  "full",
  "small",
  "empty",
  "error",
  "slow",
  "start",
  "production",
  "snapshot",
  "lost",
];

export function mockModeOf(search: string): MockMode {
  const wanted = new URLSearchParams(search).get("mock");
  return MODES.find((mode) => mode === wanted) ?? "full";
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function failure(code: string, message: string): HostError {
  return new HostError({
    code,
    message,
    field: null,
    line: null,
    detail: "SQLITE_IOERR_READ (266): disk I/O error at page 40112",
  });
}

function statusOf(mode: MockMode): DatabaseStatus {
  const environment =
    mode === "production" || mode === "lost" ? "production" : mode === "snapshot" ? "snapshot" : "sample";
  return {
    name:
      environment === "production"
        ? "billing-eu"
        : environment === "snapshot"
          ? "billing-eu, 31 Oct"
          : "Sample company",
    engine: environment === "production" ? "postgres" : "sqlite",
    location: environment === "production" ? "db.internal/billing" : "/home/dana/.local/share/countinghouse/sample.db",
    environment,
    writable: environment !== "snapshot",
    read_only_because: environment === "snapshot" ? "A snapshot is never changed." : null,
    login: environment === "production" ? "dana" : null,
    rights: "writer",
    connection: environment === "production" ? { connection_id: idOf("con", 1), name: "billing-eu" } : null,
    ledger_id: idOf("led", 1),
    schema_version: 1,
    newest_event_at: mode === "empty" ? null : new Date(Date.now() - 41_000).toISOString(),
    as_of: new Date().toISOString(),
    warnings: [],
    moment: mode === "snapshot" ? "2026-10-31T17:00:00Z" : null,
    snapshot: mode === "snapshot" ? aboutSnapshot() : null,
  };
}

function tenantOr404(tenantId: string) {
  const tenant = findTenant(tenantId);
  if (!tenant) throw failure("tenant_not_found", "There is no such tenant in this database. Look for it by name.");
  return tenant;
}

function orMissing<T>(found: T | undefined): T {
  if (found === undefined) throw failure("unknown_invoice", "There is no such document in this database.");
  return found;
}

function printedCredit(wanted: string): string[] | undefined {
  const credited = allInvoices().find((row) => Number(row.credited) > 0);
  const view = credited && invoiceView(credited.invoice_id);
  const note = view?.credit_notes.find(({ credit_note_id }) => credit_note_id === wanted);
  return view && note && creditPages(view, note);
}

function searchFor(text: string): SearchHit[] {
  const wanted = text.toLowerCase();
  const tenants = allTenants()
    .filter(({ name, outside_id }) => name.toLowerCase().includes(wanted) || outside_id?.startsWith(wanted))
    .slice(0, 8)
    .map(
      ({ tenant_id, name, outside_id, plan, status }): SearchHit => ({
        kind: "tenant",
        tenant_id,
        name,
        detail: [outside_id, plan].filter(Boolean).join(" · "),
        status,
      }),
    );
  const events = wanted.startsWith("evt")
    ? eventPage({ key: text } as EventFilter, null)
        .rows.slice(0, 5)
        .map(
          ({ tenant_id, tenant_name, source, key, occurred_at }): SearchHit => ({
            kind: "event",
            tenant_id,
            tenant_name,
            source,
            key,
            occurred_at,
          }),
        )
    : [];
  const invoices = allInvoices()
    .filter(({ number }) => number?.toLowerCase().startsWith(wanted))
    .slice(0, 5)
    .map(
      ({ invoice_id, number, tenant_id, tenant, status, total, currency }): SearchHit => ({
        kind: "invoice",
        invoice_id,
        number: number ?? "",
        tenant_id,
        tenant_name: tenant,
        status,
        total,
        currency,
      }),
    );
  return [...tenants, ...invoices, ...events];
}

export function createMockHost(mode: MockMode): Host {
  const saved = mockConnections();
  let started = mode !== "start";
  const answer = async <T>(work: () => T): Promise<T> => {
    await pause(mode === "slow" ? 3_000 : 12);
    if (mode === "error")
      throw failure(
        "database_unreachable",
        "The database does not answer. Nothing was changed. Check the connection, then try again.",
      );
    return work();
  };
  const empty = mode === "empty";
  const few = <T>(rows: T[]): T[] => (mode === "small" ? rows.slice(0, 6) : rows);
  const page = <P extends { rows: unknown[] }>(whole: P): P => ({ ...whole, rows: few(whole.rows) });
  const asOf = () => new Date().toISOString();
  return {
    session: async () => ({ locale: "en-US", version: "0.1.0", actor: "dana" }),
    databaseStatus: async () => {
      if (!started) throw failure("no_database", "No database is open yet.");
      return mode === "error" ? statusOf("full") : statusOf(mode);
    },
    overview: () =>
      answer(() => {
        if (empty) return emptyOverview();
        const full = overview();
        return { ...full, flagged: few(full.flagged), months: mode === "small" ? full.months.slice(-9) : full.months };
      }),
    tenants: () =>
      answer(() => (empty ? { as_of: asOf(), rows: [], total: 0 } : { ...tenantList(), rows: few(tenantList().rows) })),
    tenantPage: (tenantId) => answer(() => tenantPage(tenantOr404(tenantId))),
    tenantSeries: (tenantId, days) => answer(() => tenantSeries(tenantOr404(tenantId), days)),
    tenantMonths: (tenantId) => answer(() => tenantMonths(tenantOr404(tenantId))),
    meters: () => answer(() => (empty ? [] : [...METERS])),
    events: (filter, cursor) =>
      answer(() => (empty ? { as_of: asOf(), rows: [], next: null } : page(eventPage(filter, cursor)))),
    eventDetail: (tenantId, _source, key) =>
      answer(() => {
        const row = findEvent(tenantId, key) ?? eventPage({}, null).rows.find((candidate) => candidate.key === key);
        if (!row) throw failure("event_not_found", "There is no such event in this ledger.");
        return eventDetail(row);
      }),
    subjects: (tenantId, text) =>
      answer(() => subjectsOf(tenantId).filter(({ name }) => (name ?? "").toLowerCase().includes(text.toLowerCase()))),
    quarantine: (filter, cursor) =>
      answer(() =>
        empty ? { as_of: asOf(), rows: [], next: null, reasons: [] } : page(quarantinePage(filter, cursor)),
      ),
    quarantineDecide: (ids, decision, reason) => answer(() => decide(ids, decision, reason)),
    audit: (filter, cursor) =>
      answer(() =>
        empty ? { as_of: asOf(), rows: [], next: null, actions: [], actors: [] } : page(auditPage(filter, cursor)),
      ),
    connections: () => answer(() => (empty ? [] : saved.list())),
    connectionAdd: (form, secret) => answer(() => saved.add(form, secret)),
    connectionEdit: (id, form, secret) => answer(() => saved.edit(id, form, secret)),
    connectionDuplicate: (id, name) => answer(() => saved.duplicate(id, name)),
    connectionRemove: (id) => answer(() => saved.remove(id)),
    connectionTest: (_id, form) => answer(() => mockTest(form)),
    connectionOpen: (id) =>
      answer(() => ({ ...statusOf("production"), name: saved.find(id).settings.name, writable: false })),
    connectionAlive: async () => {
      if (mode === "lost")
        throw failure("connection_lost", "The connection to the database is lost; it is tried again.");
    },
    search: (text) => answer(() => (empty ? [] : searchFor(text))),
    presets: () => answer(() => [...PRESETS]),
    chooseFile: async () => "/home/dana/usage-2026-11.csv",
    importRun: async (request, onProgress) => {
      await answer(() => null);
      return runImport(request, onProgress);
    },
    invoicePresets: () => answer(() => [...INVOICE_PRESETS]),
    invoiceImportRun: async (request, onProgress) => {
      await answer(() => null);
      return runInvoiceImport(request, onProgress);
    },
    paymentsImportRun: (request) => answer(() => paymentsReport(request)),
    importCancel: async () => cancelImport(),
    entryPreview: (request) => answer(() => previewEntry(request)),
    entryAct: (request, fingerprint) => answer(() => act(previewEntry(request), fingerprint, request.reason)),
    overridePreview: (request) => answer(() => previewOverride(request)),
    overrideAct: (request, fingerprint) => answer(() => act(previewOverride(request), fingerprint, request.reason)),
    erasePreview: (request) => answer(() => previewErase(request)),
    eraseAct: (request, fingerprint) => answer(() => act(previewErase(request), fingerprint, request.reason)),
    saveChart: (_tenantId, days, format) => answer(() => `/home/dana/usage-${days}-days.${format}`),
    verify: () => answer(verification),
    invoices: (filter, cursor) =>
      answer(() => (empty ? { as_of: asOf(), rows: [], next: null, totals: [] } : page(invoicePage(filter, cursor)))),
    invoice: (wanted) => answer(() => orMissing(invoiceView(wanted))),
    invoiceExplain: (wanted, line) => answer(() => orMissing(explanation(wanted, line))),
    invoiceDifference: (wanted) => answer(() => orMissing(invoiceSince(wanted))),
    lineEvents: (wanted, _line, cursor) => answer(() => lineEvents(wanted, cursor)),
    invoicePages: (wanted) => answer(() => documentPages(orMissing(invoiceView(wanted)))),
    creditNotePages: (wanted) => answer(() => orMissing(printedCredit(wanted))),
    saveInvoicePdf: () => answer(() => "/home/dana/INV-2026-009988.pdf"),
    saveCreditNotePdf: (_, number) => answer(() => `/home/dana/${number}.pdf`),
    savePack: () => answer(() => "/home/dana/INV-2026-009988-evidence.zip"),
    exportInvoices: ({ kind, format }) =>
      answer(() => ({ file: `/home/dana/${kind}.${format}`, rows: 226, bytes: 40_112 })),
    exportAudit: (_filter, format) =>
      answer(() => ({ file: `/home/dana/audit-log.${format}`, rows: 460, bytes: 81_920 })),
    runPreview: (request) => answer(() => runPreview(request)),
    invoiceRun: async (request, onProgress) => {
      await answer(() => null);
      return invoiceRun(request, onProgress, mode === "slow" ? 200 : 20);
    },
    invoiceRunCancel: async () => cancelRun(),
    disputes: (filter) => answer(() => (empty ? { as_of: asOf(), rows: [], next: null } : page(disputePage(filter)))),
    dispute: (disputeId) => answer(() => orMissing(disputeView(disputeId))),
    tenantBilling: (tenantId) => answer(() => tenantBilling(tenantId)),
    tenantTimeline: (tenantId, cursor) =>
      answer(() => (empty ? { as_of: asOf(), rows: [], next: null } : timelinePage(tenantId, cursor))),
    lateRows: (filter) => answer(() => (empty ? { as_of: asOf(), rows: [], next: null } : page(latePage(filter)))),
    settings: () => answer(() => SETTINGS),
    billing: billingChanges(answer),
    openDatabase: async () => statusOf("production"),
    openAgain: () => answer(() => statusOf(mode)),
    onOpening: () => () => {},
    snapshotExport: (_, onProgress) => writeSnapshot(onProgress),
    snapshotCancel: async () => {},
    snapshotDifference: () => answer(mockDifference),
    saveDifference: async () => ({ file: "/home/dana/difference.csv", rows: 3, bytes: 412 }),
    reviewBegin: () => answer(() => ({ ...statusOf(mode), moment: new Date().toISOString(), writable: false })),
    reviewEnd: () => answer(() => statusOf(mode)),
    openSample: async (onProgress) => {
      for (let done = 0; done <= 250; done += 10) {
        onProgress({
          phase: done < 200 ? "Writing usage of 250 tenants" : "Folding company figures",
          done,
          total: 250,
        });
        await pause(mode === "start" ? 120 : 1);
      }
      started = true;
      return statusOf("full");
    },
  };
}
