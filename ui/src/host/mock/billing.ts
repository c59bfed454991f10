import type { BillingSettings, TenantBilling } from "@/generated/bindings";
import { amountOf, idOf } from "./figures";
import { allTenants, findTenant } from "./tenants";

const DAY = 86_400_000;

export function tenantBilling(tenantId: string): TenantBilling {
  const tenant = findTenant(tenantId) ?? (allTenants()[0] as ReturnType<typeof allTenants>[number]);
  const { currency } = tenant;
  const money = (value: number) => amountOf(value, currency);
  return {
    as_of: new Date().toISOString(),
    account: {
      buyer: { name: tenant.name, address: ["12 High Street"], country: tenant.country, tax_id: null, email: null },
      tax_percent: "19",
      tax_note: null,
      terms_days: null,
      approval: "settings",
    },
    coupons: [
      {
        coupon_id: idOf("cpn", 1),
        code: "WELCOME10",
        meter: null,
        off: "10 %",
        valid_from: new Date(Date.now() - 90 * DAY).toISOString(),
        valid_to: null,
        actor: "dana",
        reason: "First year",
      },
    ],
    wallets: [
      {
        wallet_id: idOf("wal", 1),
        name: "Prepaid",
        priority: 1,
        balance: money(250),
        currency,
        expires_at: null,
      },
    ],
    ageing: [
      {
        tenant_id: tenant.tenant_id,
        tenant: tenant.name,
        currency,
        current: money(130.9),
        to_30: money(0),
        to_60: money(88),
        to_90: money(0),
        above_90: money(0),
        open: money(218.9),
      },
    ],
    subscriptions: [
      {
        subscription_id: idOf("sbs", 3),
        at: new Date(Date.now() - 40 * DAY).toISOString(),
        kind: "changed",
        plan: `${tenant.plan ?? "Team"}, version 2`,
      },
      {
        subscription_id: idOf("sbs", 3),
        at: new Date(Date.now() - 400 * DAY).toISOString(),
        kind: "started",
        plan: `${tenant.plan ?? "Team"}, version 1`,
      },
    ],
  };
}

export const SETTINGS: BillingSettings = {
  seller: {
    name: "Meridian Metering Ltd",
    address: ["4 Wharf Road", "London N1 7GR"],
    country: "GB",
    tax_id: "GB 123 4567 89",
    email: "billing@meridian.example",
  },
  logo: null,
  zone: "Europe/London",
  invoice_series: "INV",
  credit_series: "CN",
  terms_days: 30,
  grace_days: 3,
  note: "Questions about a line? Reply to this invoice and name its number.",
  approval_from: "5000.00",
  brake_factor: "10",
  brake_from: "1000.00",
  accounts: [
    { name: "receivable", account: "1200" },
    { name: "tax", account: "2200" },
    { name: "prepaid", account: "2400" },
    { name: "fee", account: "4000" },
    { name: "usage", account: "4010" },
  ],
};
