import { Channel } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { type Change, commands, type Progress, type WireError } from "@/generated/bindings";
import { HostError } from "./error";
import type { Changing, Host } from "./host";

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: WireError };

async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  let settled: Answer<T>;
  try {
    settled = await answer;
  } catch (thrown) {
    throw HostError.from(thrown);
  }
  if (settled.status === "error") throw new HostError(settled.error);
  return settled.data;
}

function changing<Request>(
  preview: (request: Request) => Promise<Answer<Change>>,
  act: (request: Request, fingerprint: string) => Promise<Answer<Change>>,
): Changing<Request> {
  return {
    preview: (request) => take(preview(request)),
    act: (request, fingerprint) => take(act(request, fingerprint)),
  };
}

/** The host of the real window: each call is one command of the desktop face. */
export const tauriHost: Host = {
  session: () => take(commands.session()),
  databaseStatus: () => take(commands.databaseStatus()),
  overview: (at) => take(commands.overview(at)),
  tenants: (at) => take(commands.tenants(at)),
  tenantPage: (tenantId, at) => take(commands.tenantPage(tenantId, at)),
  tenantSeries: (tenantId, days) => take(commands.tenantSeries(tenantId, days)),
  tenantMonths: (tenantId) => take(commands.tenantMonths(tenantId)),
  meters: () => take(commands.meters()),
  events: (filter, cursor) => take(commands.events(filter, cursor)),
  eventDetail: (tenantId, source, key) => take(commands.eventDetail(tenantId, source, key)),
  subjects: (tenantId, text) => take(commands.subjects(tenantId, text)),
  quarantine: (filter, cursor) => take(commands.quarantine(filter, cursor)),
  quarantineDecide: (ids, decision, reason) => take(commands.quarantineDecide(ids, decision, reason)),
  audit: (filter, cursor) => take(commands.audit(filter, cursor)),
  connections: () => take(commands.connections()),
  connectionAdd: (form, secret) => take(commands.connectionAdd(form, secret)),
  connectionEdit: (connectionId, form, secret) => take(commands.connectionEdit(connectionId, form, secret)),
  connectionDuplicate: (connectionId, name) => take(commands.connectionDuplicate(connectionId, name)),
  connectionRemove: (connectionId) => take(commands.connectionRemove(connectionId)),
  connectionTest: (connectionId, form, secret) => take(commands.connectionTest(connectionId, form, secret)),
  connectionOpen: (connectionId, secret) => take(commands.connectionOpen(connectionId, secret)),
  connectionAlive: async () => {
    await take(commands.connectionAlive());
  },
  search: (text) => take(commands.search(text)),
  presets: () => take(commands.presets()),
  chooseFile: () => take(commands.chooseFile()),
  importRun: (request, onProgress) => {
    const channel = new Channel<Progress>();
    channel.onmessage = onProgress;
    return take(commands.importRun(request, channel));
  },
  invoicePresets: () => take(commands.invoicePresets()),
  invoiceImportRun: (request, onProgress) => {
    const channel = new Channel<Progress>();
    channel.onmessage = onProgress;
    return take(commands.invoiceImportRun(request, channel));
  },
  paymentsImportRun: (request) => take(commands.paymentsImportRun(request)),
  importCancel: async () => {
    await take(commands.importCancel());
  },
  entryPreview: (request) => take(commands.entryPreview(request)),
  entryAct: (request, fingerprint) => take(commands.entryAct(request, fingerprint)),
  overridePreview: (request) => take(commands.overridePreview(request)),
  overrideAct: (request, fingerprint) => take(commands.overrideAct(request, fingerprint)),
  erasePreview: (request) => take(commands.erasePreview(request)),
  eraseAct: (request, fingerprint) => take(commands.eraseAct(request, fingerprint)),
  saveChart: (tenantId, days, format) => take(commands.saveChart(tenantId, days, format)),
  verify: () => take(commands.verify()),
  invoices: (filter, cursor) => take(commands.invoices(filter, cursor)),
  invoice: (invoice) => take(commands.invoice(invoice)),
  invoiceExplain: (invoiceId, line) => take(commands.invoiceExplain(invoiceId, line)),
  invoiceDifference: (invoiceId) => take(commands.invoiceDifference(invoiceId)),
  lineEvents: (invoiceId, line, cursor) => take(commands.lineEvents(invoiceId, line, cursor)),
  invoicePages: (invoiceId) => take(commands.invoicePages(invoiceId)),
  creditNotePages: (creditNoteId) => take(commands.creditNotePages(creditNoteId)),
  saveInvoicePdf: (invoiceId) => take(commands.saveInvoicePdf(invoiceId)),
  saveCreditNotePdf: (creditNoteId, number) => take(commands.saveCreditNotePdf(creditNoteId, number)),
  savePack: (invoiceId, disputeId) => take(commands.savePack(invoiceId, disputeId)),
  exportInvoices: (request) => take(commands.exportInvoices(request)),
  exportAudit: (filter, format) => take(commands.exportAudit(filter, format)),
  runPreview: (request) => take(commands.runPreview(request)),
  invoiceRun: (request, onProgress) => {
    const channel = new Channel<Progress>();
    channel.onmessage = onProgress;
    return take(commands.invoiceRun(request, channel));
  },
  invoiceRunCancel: async () => {
    await take(commands.invoiceRunCancel());
  },
  disputes: (filter, cursor) => take(commands.disputes(filter, cursor)),
  dispute: (disputeId) => take(commands.dispute(disputeId)),
  tenantBilling: (tenantId) => take(commands.tenantBilling(tenantId)),
  tenantTimeline: (tenantId, cursor) => take(commands.tenantTimeline(tenantId, cursor)),
  lateRows: (filter, cursor) => take(commands.lateRows(filter, cursor)),
  settings: () => take(commands.settings()),
  billing: {
    invoice: changing(commands.invoiceActPreview, commands.invoiceAct),
    credit: changing(commands.creditPreview, commands.creditAct),
    payment: changing(commands.paymentPreview, commands.paymentAct),
    disputeOpen: changing(commands.disputeOpenPreview, commands.disputeOpenAct),
    disputeNote: changing(commands.disputeNotePreview, commands.disputeNoteAct),
    disputeDecide: changing(commands.disputeDecidePreview, commands.disputeDecideAct),
    note: changing(commands.notePreview, commands.noteAct),
    account: changing(commands.accountPreview, commands.accountAct),
    coupon: changing(commands.couponPreview, commands.couponAct),
    grant: changing(commands.grantPreview, commands.grantAct),
    planChange: changing(commands.planChangePreview, commands.planChangeAct),
    cancel: changing(commands.cancelPreview, commands.cancelAct),
    late: changing(commands.latePreview, commands.lateAct),
    settings: changing(commands.settingsPreview, commands.settingsAct),
  },
  openDatabase: () => take(commands.openDatabase()),
  openAgain: () => take(commands.openAgain()),
  openSample: async (onProgress) => {
    const stop = await listen<Progress>("sample-progress", (event) => onProgress(event.payload));
    try {
      return await take(commands.openSample());
    } finally {
      stop();
    }
  },
  onOpening: ({ progress, ended, opened, refused }) => {
    const stops = [
      listen<Progress>("opening-progress", (event) => progress(event.payload)),
      listen("opening-ended", () => ended()),
      listen("database-opened", () => opened()),
      listen<WireError>("database-refused", (event) => refused(event.payload)),
    ];
    return () => {
      for (const stop of stops) void stop.then((stopped) => stopped());
    };
  },
  snapshotExport: (request, onProgress) => {
    const channel = new Channel<Progress>();
    channel.onmessage = onProgress;
    return take(commands.snapshotExport(request, channel));
  },
  snapshotCancel: async () => {
    await take(commands.snapshotCancel());
  },
  snapshotDifference: () => take(commands.snapshotDifference()),
  saveDifference: () => take(commands.saveDifference()),
  reviewBegin: () => take(commands.reviewBegin()),
  reviewEnd: () => take(commands.reviewEnd()),
};
