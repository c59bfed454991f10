import type { TenantsSearch } from "@/app/search";
import type { TenantRow } from "@/generated/bindings";

/** Rows that match every filter. Text is looked for in name, outside id, plan and country. */
export function filterTenants(rows: TenantRow[], search: TenantsSearch): TenantRow[] {
  const { level, plan, family, status, currency } = search;
  const text = search.text?.trim().toLowerCase();
  if (!text && !level && !plan && !family && !status && !currency) return rows;
  return rows.filter(
    (row) =>
      (!level || (level === "flagged" ? row.level !== "normal" : row.level === level)) &&
      (!plan || row.plan === plan) &&
      (!family || row.family === family) &&
      (!status || row.status === status) &&
      (!currency || row.currency === currency) &&
      (!text ||
        row.name.toLowerCase().includes(text) ||
        row.outside_id?.toLowerCase().includes(text) ||
        row.plan?.toLowerCase().includes(text) ||
        row.country?.toLowerCase() === text),
  );
}

/** The values that occur in a column, in order. */
export function valuesOf(rows: readonly TenantRow[], read: (row: TenantRow) => string | null): string[] {
  const values = new Set<string>();
  for (const row of rows) {
    const value = read(row);
    if (value) values.add(value);
  }
  return [...values].sort((a, b) => a.localeCompare(b));
}
