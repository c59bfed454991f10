import type {
  AccountRequest,
  AuditFilter,
  AuditPage,
  BillingSettings,
  CancelRequest,
  Change,
  ConnectionForm,
  ConnectionRemoved,
  ConnectionRow,
  ConnectionTest,
  CouponRequest,
  CreditRequest,
  DatabaseStatus,
  Difference,
  DisputeDecideRequest,
  DisputeFilter,
  DisputeNoteRequest,
  DisputePage,
  DisputeRequest,
  DisputeView,
  EntryRequest,
  EraseRequest,
  EventDetail,
  EventFilter,
  EventPage,
  Explanation,
  Exported,
  ExportFormat,
  ExportRequest,
  GrantRequest,
  ImportReport,
  ImportRequest,
  InvoiceActRequest,
  InvoiceFilter,
  InvoiceImportReport,
  InvoiceImportRequest,
  InvoicePage,
  InvoiceSince,
  InvoiceView,
  LateFilter,
  LatePage,
  LateRequest,
  LineEvents,
  MeterRow,
  MonthFigure,
  NoteRequest,
  OverrideRequest,
  Overview,
  PaymentRequest,
  PaymentsImported,
  PaymentsImportRequest,
  PlanChangeRequest,
  Preset,
  Progress,
  QuarantineDecision,
  QuarantineFilter,
  QuarantinePage,
  RunPreview,
  RunReport,
  RunRequest,
  SearchHit,
  SecretInput,
  Session,
  SettingsRequest,
  SnapshotRequest,
  SnapshotWritten,
  SubjectRow,
  TenantBilling,
  TenantList,
  TenantPage,
  TimelinePage,
  TimeSeries,
  Verification,
  WireError,
} from "@/generated/bindings";

/** The formats in which a chart can be saved. */
export type ChartFileFormat = "png" | "svg" | "csv";

export type ProgressListener = (progress: Progress) => void;

/** What comes of a file that is being opened, also one that was dropped on the window. */
export type OpeningListener = {
  progress: ProgressListener;
  /** There is no more progress to tell, whoever asked for it and whatever came of it. */
  ended: () => void;
  opened: () => void;
  refused: (error: WireError) => void;
};

/** A change: what it would do, and doing it. */
export type Changing<Request> = {
  preview: (request: Request) => Promise<Change>;
  act: (request: Request, fingerprint: string) => Promise<Change>;
};

/** Everything that changes what is billed, each with its preview. */
export type BillingChanges = {
  invoice: Changing<InvoiceActRequest>;
  credit: Changing<CreditRequest>;
  payment: Changing<PaymentRequest>;
  disputeOpen: Changing<DisputeRequest>;
  disputeNote: Changing<DisputeNoteRequest>;
  disputeDecide: Changing<DisputeDecideRequest>;
  note: Changing<NoteRequest>;
  account: Changing<AccountRequest>;
  coupon: Changing<CouponRequest>;
  grant: Changing<GrantRequest>;
  planChange: Changing<PlanChangeRequest>;
  cancel: Changing<CancelRequest>;
  late: Changing<LateRequest>;
  settings: Changing<SettingsRequest>;
};

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
  invoicePresets(): Promise<Preset[]>;
  /** The path that the person chose; null when they chose none. */
  chooseFile(): Promise<string | null>;
  importRun(request: ImportRequest, onProgress: ProgressListener): Promise<ImportReport>;
  invoiceImportRun(request: InvoiceImportRequest, onProgress: ProgressListener): Promise<InvoiceImportReport>;
  paymentsImportRun(request: PaymentsImportRequest): Promise<PaymentsImported>;
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
  invoices(filter: InvoiceFilter, cursor: string | null): Promise<InvoicePage>;
  /** By id or number. */
  invoice(invoice: string): Promise<InvoiceView>;
  /** One line, or all of them. */
  invoiceExplain(invoiceId: string, line: number | null): Promise<Explanation>;
  /** What changed since it was issued. */
  invoiceDifference(invoiceId: string): Promise<InvoiceSince>;
  lineEvents(invoiceId: string, line: number, cursor: string | null): Promise<LineEvents>;
  /** The pages of the document as SVG pictures. */
  invoicePages(invoiceId: string): Promise<string[]>;
  creditNotePages(creditNoteId: string): Promise<string[]>;
  /** The path of the saved file; null when the person chose none. */
  saveInvoicePdf(invoiceId: string): Promise<string | null>;
  saveCreditNotePdf(creditNoteId: string, number: string): Promise<string | null>;
  /** The evidence pack of an invoice, or of a dispute about it. */
  savePack(invoiceId: string, disputeId: string | null): Promise<string | null>;
  exportInvoices(request: ExportRequest): Promise<Exported | null>;
  exportAudit(filter: AuditFilter, format: ExportFormat): Promise<Exported | null>;
  runPreview(request: RunRequest): Promise<RunPreview>;
  invoiceRun(request: RunRequest, onProgress: ProgressListener): Promise<RunReport>;
  invoiceRunCancel(): Promise<void>;
  disputes(filter: DisputeFilter, cursor: string | null): Promise<DisputePage>;
  dispute(disputeId: string): Promise<DisputeView>;
  tenantBilling(tenantId: string): Promise<TenantBilling>;
  tenantTimeline(tenantId: string, cursor: string | null): Promise<TimelinePage>;
  /** Use that came after its period had closed, with the correction that it proposes. */
  lateRows(filter: LateFilter, cursor: string | null): Promise<LatePage>;
  settings(): Promise<BillingSettings>;
  billing: BillingChanges;
  /** Null when the person chose no file. */
  openDatabase(): Promise<DatabaseStatus | null>;
  /** Tries once more to open what could not be opened at the start. */
  openAgain(): Promise<DatabaseStatus>;
  /** Opens the sample company; makes it first where there is none, and says how far it is. */
  openSample(onProgress: ProgressListener): Promise<DatabaseStatus>;
  /** Listens until what it gives is called. */
  onOpening(listener: OpeningListener): () => void;
  /** Null when the person chose no file. */
  snapshotExport(request: SnapshotRequest, onProgress: ProgressListener): Promise<SnapshotWritten | null>;
  snapshotCancel(): Promise<void>;
  /** With a snapshot that the person chooses, the earlier first; null when they chose none. */
  snapshotDifference(): Promise<Difference | null>;
  /** Saves the difference that was found last. */
  saveDifference(): Promise<Exported | null>;
  /** Holds this moment for all screens, or holds it anew. */
  reviewBegin(): Promise<DatabaseStatus>;
  reviewEnd(): Promise<DatabaseStatus>;
}
