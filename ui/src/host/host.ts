import type {
  AuditFilter,
  AuditPage,
  Change,
  ConnectionForm,
  ConnectionRemoved,
  ConnectionRow,
  ConnectionTest,
  DatabaseStatus,
  EntryRequest,
  EraseRequest,
  EventDetail,
  EventFilter,
  EventPage,
  ImportReport,
  ImportRequest,
  MeterRow,
  MonthFigure,
  OverrideRequest,
  Overview,
  Preset,
  Progress,
  QuarantineDecision,
  QuarantineFilter,
  QuarantinePage,
  SearchHit,
  SecretInput,
  Session,
  SubjectRow,
  TenantList,
  TenantPage,
  TimeSeries,
  Verification,
} from "@/generated/bindings";

/** The formats in which a chart can be saved. */
export type ChartFileFormat = "png" | "svg" | "csv";

export type ProgressListener = (progress: Progress) => void;

/**
 * Everything the screens need from outside. `tauri.ts` asks the program behind the window, `mock/` invents data for a
 * plain browser. Every call rejects with a `HostError`.
 */
export interface Host {
  session(): Promise<Session>;
  databaseStatus(): Promise<DatabaseStatus>;
  overview(at: string | null): Promise<Overview>;
  tenants(at: string | null): Promise<TenantList>;
  tenantPage(tenantId: string, at: string | null): Promise<TenantPage>;
  tenantSeries(tenantId: string, days: number): Promise<TimeSeries>;
  tenantMonths(tenantId: string): Promise<MonthFigure[]>;
  meters(): Promise<MeterRow[]>;
  events(filter: EventFilter, cursor: string | null): Promise<EventPage>;
  eventDetail(tenantId: string, source: string, key: string): Promise<EventDetail>;
  subjects(tenantId: string, text: string): Promise<SubjectRow[]>;
  quarantine(filter: QuarantineFilter, cursor: string | null): Promise<QuarantinePage>;
  /** How many rows were decided. */
  quarantineDecide(ids: string[], decision: QuarantineDecision, reason: string): Promise<number>;
  audit(filter: AuditFilter, cursor: string | null): Promise<AuditPage>;
  connections(): Promise<ConnectionRow[]>;
  connectionAdd(form: ConnectionForm, secret: SecretInput | null): Promise<ConnectionRow>;
  connectionEdit(connectionId: string, form: ConnectionForm, secret: SecretInput | null): Promise<ConnectionRow>;
  connectionDuplicate(connectionId: string, name: string): Promise<ConnectionRow>;
  connectionRemove(connectionId: string): Promise<ConnectionRemoved>;
  connectionTest(connectionId: string | null, form: ConnectionForm, secret: string | null): Promise<ConnectionTest>;
  connectionOpen(connectionId: string, secret: SecretInput | null): Promise<DatabaseStatus>;
  /** Rejects with `connection_lost` while the database does not answer. */
  connectionAlive(): Promise<void>;
  search(text: string): Promise<SearchHit[]>;
  presets(): Promise<Preset[]>;
  /** The path that the person chose; null when they chose none. */
  chooseFile(): Promise<string | null>;
  importRun(request: ImportRequest, onProgress: ProgressListener): Promise<ImportReport>;
  importCancel(): Promise<void>;
  entryPreview(request: EntryRequest): Promise<Change>;
  entryAct(request: EntryRequest, fingerprint: string): Promise<Change>;
  overridePreview(request: OverrideRequest): Promise<Change>;
  overrideAct(request: OverrideRequest, fingerprint: string): Promise<Change>;
  erasePreview(request: EraseRequest): Promise<Change>;
  eraseAct(request: EraseRequest, fingerprint: string): Promise<Change>;
  /** The path of the saved file; null when the person chose none. */
  saveChart(tenantId: string, days: number, format: ChartFileFormat): Promise<string | null>;
  verify(): Promise<Verification>;
  /** Null when the person chose no file. */
  openDatabase(): Promise<DatabaseStatus | null>;
  /** Opens the sample company; makes it first where there is none, and says how far it is. */
  openSample(onProgress: ProgressListener): Promise<DatabaseStatus>;
}
