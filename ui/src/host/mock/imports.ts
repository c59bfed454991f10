import type {
  ImportReport,
  ImportRequest,
  InvoiceImportReport,
  InvoiceImportRequest,
  PaymentsImported,
  PaymentsImportRequest,
  Preset,
  Progress,
} from "@/generated/bindings";
import { HostError } from "../error";
import { idOf } from "./figures";

export const PRESETS: readonly Preset[] = [
  {
    name: "usage-events",
    title: "Usage events",
    description: "One row per use: tenant, meter, quantity, time, key.",
    format: "csv",
    needs_tenant: false,
  },
  {
    name: "usage-logs",
    title: "Usage logs",
    description: "Transcription logs with retries and cost.",
    format: "jsonl",
    needs_tenant: false,
  },
  {
    name: "usage-ledger",
    title: "Usage ledger",
    description: "Signed amounts per resource, in structured CloudEvents.",
    format: "cloudevents",
    needs_tenant: false,
  },
  {
    name: "azure-llm-2023",
    title: "Azure LLM inference trace 2023",
    description: "Context and generated tokens per request.",
    format: "csv",
    needs_tenant: true,
  },
  {
    name: "focus-1.0",
    title: "FOCUS 1.0 bill",
    description: "Cost and usage of a cloud bill.",
    format: "csv",
    needs_tenant: false,
  },
];

function reportFor(request: ImportRequest, stopped: boolean): ImportReport {
  const read = stopped ? 61_440 : 128_306;
  return {
    import_id: request.dry_run ? null : idOf("imp", 7),
    source: request.map ?? "",
    dry_run: request.dry_run ?? false,
    stopped,
    read,
    skipped: 12,
    accepted: read - 12 - 214 - 3 - 17 - 4,
    duplicates: 214,
    conflicts: 3,
    quarantined: 17,
    refused: 4,
    times_cut: 51,
    times_ambiguous: 2,
    tenants_created: 2,
    meters_created: 0,
    totals: [
      { meter: "llm_tokens", quantity: "418220934", rounded_off: "0" },
      { meter: "transcription", quantity: "99102.125", rounded_off: "0.000412" },
    ],
    cost: [{ currency: "USD", amount: "1204.301922113", rounded_off: "0.0000000004" }],
    problems: [
      {
        outcome: "refused",
        code: "bad_quantity",
        message: "The quantity “12,5” is no number.",
        field: "quantity",
        line: 812,
        lines: [812, 813, 4_020, 60_771],
        rows: 4,
      },
      {
        outcome: "conflict",
        code: "conflict",
        message: "The key is known with another quantity.",
        field: "key",
        line: 1_911,
        lines: [1_911, 1_912, 2_404],
        rows: 3,
      },
      {
        outcome: "quarantined",
        code: "too_late",
        message: "The event is 41 days late; 35 days are allowed.",
        field: "occurred_at",
        line: 40_101,
        lines: Array.from({ length: 17 }, (_, index) => 40_101 + index),
        rows: 17,
      },
    ],
    first_rows: Array.from({ length: 20 }, (_, index) => ({
      line: index + 2,
      outcome: index === 7 ? "refused" : index === 3 ? "duplicate" : "accepted",
      fields: [
        { name: "tenant", value: index % 2 ? "Harbour Street Telephony Ltd" : "東京データ通信株式会社" },
        { name: "meter", value: "llm_tokens" },
        { name: "quantity", value: String(120 + index * 31) },
        { name: "occurred_at", value: "2026-11-03T10:12:44.000000Z" },
        { name: "key", value: `row-${index}` },
      ],
    })),
    refused_file: request.dry_run ? null : "/home/dana/usage-2026-11.put-aside.csv",
    elapsed_ms: 4_212,
  };
}

export const INVOICE_PRESETS: readonly Preset[] = [
  {
    name: "uci-online-retail",
    title: "UCI Online Retail",
    description: "CSV with InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country.",
    format: "csv",
    needs_tenant: false,
  },
  {
    name: "stripe-invoices",
    title: "Stripe invoices",
    description: "CSV of Stripe's invoices, line items, credit notes or credit note line items, in Fivetran's columns.",
    format: "csv",
    needs_tenant: false,
  },
];

const NO_FILE = {
  code: "file_not_found",
  message: "There is no such file. Nothing was imported. Choose it again.",
  field: "file",
  line: null,
  detail: null,
};

function invoicesReport(request: InvoiceImportRequest, stopped: boolean): InvoiceImportReport {
  return {
    import_id: request.dry_run ? null : idOf("imp", 8),
    source: request.map ?? "",
    dry_run: request.dry_run ?? false,
    stopped,
    read: 42_481,
    skipped: 0,
    documents: 2_025,
    invoices: 1_708,
    credit_notes: 317,
    lines: 42_480,
    duplicates: 12,
    conflicts: 1,
    refused: 1,
    tenants_created: 948,
    totals: [{ currency: "GBP", amount: "748957.02" }],
    invoice_totals: [{ currency: "GBP", amount: "823746.14" }],
    credit_totals: [{ currency: "GBP", amount: "74789.12" }],
    rounded_off: [],
    differences: [],
    problems: [
      {
        outcome: "refused",
        code: "bad_quantity",
        message: "'six' is no number",
        field: "Quantity",
        line: 812,
        lines: [812],
        rows: 1,
      },
    ],
    refused_file: request.dry_run ? null : "/home/dana/online-retail.put-aside.csv",
    elapsed_ms: 9_120,
  };
}

let cancelled = false;

export function cancelImport(): void {
  cancelled = true;
}

export async function runImport(
  request: ImportRequest,
  onProgress: (progress: Progress) => void,
): Promise<ImportReport> {
  if (!request.file) throw new HostError(NO_FILE);
  await pretend(request, 128_306, onProgress);
  return reportFor(request, cancelled);
}

export async function runInvoiceImport(
  request: InvoiceImportRequest,
  onProgress: (progress: Progress) => void,
): Promise<InvoiceImportReport> {
  if (!request.file) throw new HostError(NO_FILE);
  await pretend(request, 42_481, onProgress);
  return invoicesReport(request, cancelled);
}

export function paymentsReport(request: PaymentsImportRequest): PaymentsImported {
  if (!request.file) throw new HostError(NO_FILE);
  return {
    dry_run: request.dry_run,
    rows: 214,
    taken: 209,
    duplicates: 3,
    put_aside: 2,
    totals: [
      { currency: "EUR", count: 150, total: "48210.90" },
      { currency: "USD", count: 59, total: "9120.00" },
    ],
    problems: [
      { line: 17, code: "unknown_invoice", message: "There is no invoice 'INV-2026-9'.", field: "invoice" },
      { line: 91, code: "other_currency", message: "The invoice is in EUR.", field: "currency" },
    ],
    put_aside_file: request.dry_run ? null : "/home/dana/payments.put-aside.csv",
  };
}

async function pretend(
  request: { dry_run?: boolean },
  total: number,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  cancelled = false;
  for (let done = 0; done < total && !cancelled; done += Math.ceil(total / 20)) {
    onProgress({ phase: request.dry_run ? "Reading" : "Taking rows", done, total });
    await new Promise((resolve) => setTimeout(resolve, request.dry_run ? 20 : 120));
  }
}
