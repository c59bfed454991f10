import { useMemo } from "react";
import { TENANT_FILTERS, type TenantsSearch } from "@/app/search";
import { FilterRow, FilterSelect, FilterText, SavedViews } from "@/components";
import { wordsOf } from "@/format";
import type { TenantRow } from "@/generated/bindings";
import { valuesOf } from "./filter";

type Props = {
  rows: readonly TenantRow[];
  search: TenantsSearch;
  onChange: (next: TenantsSearch) => void;
  onReplace: (next: TenantsSearch) => void;
};

const LEVELS = [
  { value: "flagged", label: "Warning or alert" },
  { value: "alert", label: "Alert" },
  { value: "warning", label: "Warning" },
  { value: "normal", label: "Normal" },
];

const named = (values: string[]) => values.map((value) => ({ value, label: wordsOf(value) }));

export function TenantFilters({ rows, search, onChange, onReplace }: Props) {
  const options = useMemo(
    () => ({
      family: named(valuesOf(rows, ({ family }) => family)),
      plan: valuesOf(rows, ({ plan }) => plan).map((value) => ({ value, label: value })),
      status: named(valuesOf(rows, ({ status }) => status)),
      currency: valuesOf(rows, ({ currency }) => currency).map((value) => ({ value, label: value })),
    }),
    [rows],
  );
  const active = TENANT_FILTERS.some((name) => search[name]);
  return (
    <FilterRow
      onClear={active ? () => onReplace({}) : undefined}
      views={<SavedViews page="tenants" current={search} onApply={onReplace} />}
    >
      <FilterText
        label="Name, outside id, plan"
        value={search.text}
        onChange={(text) => onChange({ text })}
        width={188}
        testId="filter-text"
        first="first"
      />
      <FilterSelect label="Level" options={LEVELS} value={search.level} onChange={(level) => onChange({ level })} />
      <FilterSelect
        label="Family"
        options={options.family}
        value={search.family}
        onChange={(family) => onChange({ family })}
      />
      <FilterSelect label="Plan" options={options.plan} value={search.plan} onChange={(plan) => onChange({ plan })} />
      <FilterSelect
        label="Status"
        options={options.status}
        value={search.status}
        onChange={(status) => onChange({ status })}
      />
      <FilterSelect
        label="Currency"
        options={options.currency}
        value={search.currency}
        onChange={(currency) => onChange({ currency })}
      />
    </FilterRow>
  );
}
