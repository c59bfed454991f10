import type { DaySpan, InvoiceFilter, InvoicePage, InvoiceRow, InvoiceTotal, TenantRow } from "@/generated/bindings";
import { amountOf, dayText, idOf, minorDigits } from "./figures";
import { linesOf } from "./invoice-lines";
import { HOSTILE } from "./names";
import { randomFrom } from "./random";
import { allTenants } from "./tenants";

const TOTAL = 10_000;
const PAGE = 200;
const PER_MONTH = 900;
const DAY = 86_400_000;
const TAX = 0.19;

let pool: TenantRow[] | undefined;

/** The tenants that are billed: those with names that break screens first, so that every list shows some. */
function billed(): TenantRow[] {
  const all = allTenants();
  pool ??= [...all.filter(({ name }) => HOSTILE.includes(name)), ...all].slice(0, PER_MONTH);
  return pool;
}

export function tenantOf(index: number): TenantRow {
  return billed()[(index * 7) % PER_MONTH] as TenantRow;
}

/** The billed month: the last one for the newest invoices, then one back at a time. */
export function periodOf(index: number): DaySpan {
  const now = new Date();
  const back = 1 + Math.floor(index / PER_MONTH);
  const month = (by: number) => dayText(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + by, 1));
  return { from: month(-back), to: month(1 - back) };
}

function issuedAt(index: number): number {
  const later = Math.floor((PER_MONTH - 1 - (index % PER_MONTH)) / 45);
  return Math.min(Date.parse(`${periodOf(index).to}T00:00:00Z`) + (4 + later) * DAY, Date.now());
}

function statusAt(index: number, due: number): { status: string; hold: string | null } {
  if (index < 30) return { status: "draft", hold: index % 11 === 3 ? "brake" : index % 7 === 2 ? "approval" : null };
  if (index < 34) return { status: "approved", hold: null };
  const roll = randomFrom(index * 13).integer(100);
  if (roll < 2) return { status: "void", hold: null };
  if (roll < 3 && index > 2 * PER_MONTH) return { status: "uncollectible", hold: null };
  if (due < Date.now()) return { status: roll < 97 ? "paid" : "overdue", hold: null };
  return { status: roll < 45 ? "paid" : roll < 52 ? "partially_paid" : "finalized", hold: null };
}

function rowAt(index: number): InvoiceRow {
  const tenant = tenantOf(index);
  const { currency } = tenant;
  const period = periodOf(index);
  const issued = issuedAt(index);
  const due = issued + 30 * DAY;
  const { status, hold } = statusAt(index, due);
  const scale = 10 ** minorDigits(currency);
  const net = linesOf(index, tenant, period).reduce(
    (sum, { amount, counts }) => sum + (counts ? Number(amount) : 0),
    0,
  );
  const total = net + Math.round(net * TAX * scale) / scale;
  const draft = status === "draft" || status === "approved";
  const credited = !draft && index % 29 === 5 ? Math.round(total * 0.2 * scale) / scale : 0;
  const paid =
    status === "paid" ? total - credited : status === "partially_paid" ? Math.round((total / 2) * scale) / scale : 0;
  const open = draft || ["void", "uncollectible"].includes(status) ? 0 : Math.max(total - paid - credited, 0);
  return {
    invoice_id: idOf("inv", index),
    number: draft ? null : `INV-${new Date(issued).getUTCFullYear()}-${String(TOTAL - index).padStart(6, "0")}`,
    tenant_id: tenant.tenant_id,
    tenant: tenant.name,
    origin: index % 41 === 40 ? "imported" : "billed",
    status,
    hold,
    plan: tenant.plan,
    period,
    issue_day: draft ? null : dayText(issued),
    due_day: draft ? null : dayText(due),
    drafted_at: status === "draft" ? new Date().toISOString() : null,
    days_overdue: status === "overdue" ? Math.max(Math.floor((Date.now() - due) / DAY), 1) : null,
    currency,
    net: amountOf(net, currency),
    tax: amountOf(total - net, currency),
    total: amountOf(total, currency),
    prepaid: amountOf(0, currency),
    paid: amountOf(paid, currency),
    credited: amountOf(credited, currency),
    open: amountOf(open, currency),
  };
}

const OPEN = new Set(["finalized", "partially_paid", "overdue"]);

function matches(row: InvoiceRow, filter: InvoiceFilter): boolean {
  const { status, tenant_id, from, to, origin, hold, number } = filter;
  const day = row.issue_day ?? row.period?.to ?? "";
  return (
    (!status || (status === "open" ? OPEN.has(row.status) : row.status === status)) &&
    (!tenant_id || row.tenant_id === tenant_id) &&
    (!from || day >= from) &&
    (!to || day < to) &&
    (!origin || row.origin === origin) &&
    (!hold || row.hold === hold) &&
    (!number || (row.number ?? "").toLowerCase().startsWith(number.toLowerCase()))
  );
}

let known: InvoiceRow[] | undefined;

export function allInvoices(): InvoiceRow[] {
  known ??= Array.from({ length: TOTAL }, (_, index) => rowAt(index));
  return known;
}

function totalsOf(rows: readonly InvoiceRow[]): InvoiceTotal[] {
  const sums = new Map<string, { count: number; net: number; total: number; open: number }>();
  for (const row of rows) {
    const sum = sums.get(row.currency) ?? { count: 0, net: 0, total: 0, open: 0 };
    const counts = row.status === "void" ? 0 : 1;
    sums.set(row.currency, {
      count: sum.count + 1,
      net: sum.net + Number(row.net) * counts,
      total: sum.total + Number(row.total) * counts,
      open: sum.open + Number(row.open),
    });
  }
  return [...sums]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([currency, { count, net, total, open }]) => ({
      currency,
      count,
      net: amountOf(net, currency),
      total: amountOf(total, currency),
      open: amountOf(open, currency),
    }));
}

export function invoicePage(filter: InvoiceFilter, cursor: string | null): InvoicePage {
  const rows = allInvoices().filter((row) => matches(row, filter));
  const from = Number(cursor ?? 0);
  return {
    as_of: new Date().toISOString(),
    rows: rows.slice(from, from + PAGE),
    next: from + PAGE < rows.length ? String(from + PAGE) : null,
    totals: totalsOf(rows),
  };
}

export function placeOf(wanted: string): number {
  return allInvoices().findIndex(({ invoice_id, number }) => invoice_id === wanted || number === wanted);
}
