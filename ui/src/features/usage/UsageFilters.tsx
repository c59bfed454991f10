import { useMeters } from "@/app/queries";
import { EVENT_FILTERS, type UsageSearch } from "@/app/search";
import { FilterRow, FilterSelect, FilterText, SavedViews, ZonedField } from "@/components";
import { TenantFilter } from "./TenantFilter";

const CLASSIFICATIONS = [
  { value: "original", label: "Original" },
  { value: "retry_failed", label: "Retry failed" },
  { value: "retry_success", label: "Retry success" },
  { value: "correction", label: "Correction" },
];

const BILLABLE = [
  { value: "true", label: "Billable" },
  { value: "false", label: "Not billable" },
];

type Props = {
  search: UsageSearch;
  onChange: (next: UsageSearch) => void;
  onReplace: (next: UsageSearch) => void;
};

/** All filters of the ledger. Times are in UTC, since rows of many zones stand below each other. */
export function UsageFilters({ search, onChange, onReplace }: Props) {
  const { data: meters } = useMeters();
  const active = EVENT_FILTERS.some((name) => search[name]);
  const text = (name: (typeof EVENT_FILTERS)[number], label: string, width = 118) => (
    <FilterText
      key={name}
      label={label}
      value={search[name]}
      onChange={(value) => onChange({ [name]: value })}
      width={width}
      testId={`filter-${name}`}
    />
  );
  return (
    <FilterRow
      onClear={active ? () => onReplace({}) : undefined}
      views={<SavedViews page="usage" current={search} onApply={onReplace} />}
    >
      <FilterText
        label="Key begins with"
        value={search.key}
        onChange={(key) => onChange({ key })}
        width={170}
        testId="filter-key"
        first="first"
      />
      <TenantFilter value={search.tenant_id} onChange={(tenant_id) => onChange({ tenant_id })} />
      <FilterSelect
        label="Meter"
        options={meters?.map(({ meter, name }) => ({ value: meter, label: name })) ?? []}
        value={search.meter}
        onChange={(meter) => onChange({ meter })}
      />
      <ZonedField
        bare="bare"
        label="From"
        placeholder="From (UTC)"
        zone="UTC"
        value={search.from ?? null}
        onChange={(from) => onChange({ from: from ?? undefined })}
        width={152}
      />
      <ZonedField
        bare="bare"
        label="Before"
        placeholder="Before (UTC)"
        zone="UTC"
        value={search.to ?? null}
        onChange={(to) => onChange({ to: to ?? undefined })}
        width={152}
      />
      <FilterSelect
        label="Classification"
        options={CLASSIFICATIONS}
        value={search.classification}
        onChange={(classification) => onChange({ classification })}
      />
      <FilterSelect
        label="Billable"
        options={BILLABLE}
        value={search.billable}
        onChange={(billable) => onChange({ billable })}
        width={118}
      />
      {text("source", "Source")}
      {text("user", "User")}
      {text("client", "Client")}
      {text("session", "Session")}
      {text("resource", "Resource")}
    </FilterRow>
  );
}
