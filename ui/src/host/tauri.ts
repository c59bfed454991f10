import { Channel } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { commands, type Progress, type WireError } from "@/generated/bindings";
import { HostError } from "./error";
import type { Host } from "./host";

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
  openDatabase: () => take(commands.openDatabase()),
  openSample: async (onProgress) => {
    const stop = await listen<Progress>("sample-progress", (event) => onProgress(event.payload));
    try {
      return await take(commands.openSample());
    } finally {
      stop();
    }
  },
};
