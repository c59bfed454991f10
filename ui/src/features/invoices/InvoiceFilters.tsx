import type { InvoicesSearch } from "@/app/search";
import { DayField, FilterRow, FilterSelect, FilterText, SavedViews } from "@/components";
import { TenantFilter } from "../usage/TenantFilter";
import { FROM_THE_BEGINNING, firstDay, isFiltered } from "./filter";

const STATUSES = [
  { value: "open", label: "To be paid" },
  { value: "overdue", label: "Overdue" },
  { value: "draft", label: "Draft" },
  { value: "approved", label: "Approved" },
  { value: "finalized", label: "Finalized" },
  { value: "partially_paid", label: "Partially paid" },
  { value: "paid", label: "Paid" },
  { value: "uncollectible", label: "Uncollectible" },
  { value: "void", label: "Void" },
];

const HOLDS = [
  { value: "approval", label: "Waits for approval" },
  { value: "brake", label: "Stopped by the brake" },
];

const ORIGINS = [
  { value: "billed", label: "Billed here" },
  { value: "imported", label: "Imported" },
];

type Props = {
  search: InvoicesSearch;
  today: string;
  onChange: (next: InvoicesSearch) => void;
  onReplace: (next: InvoicesSearch) => void;
};

/** All filters of the invoices. Days are days of issue; drafts go by the end of their period. */
export function InvoiceFilters({ search, today, onChange, onReplace }: Props) {
  return (
    <FilterRow
      onClear={isFiltered(search) ? () => onReplace({}) : undefined}
      views={<SavedViews page="invoices" current={search} onApply={onReplace} />}
    >
      <FilterText
        label="Number"
        value={search.number}
        onChange={(number) => onChange({ number })}
        width={130}
        testId="filter-number"
        first="first"
      />
      <FilterSelect
        label="Status"
        options={STATUSES}
        value={search.status}
        onChange={(status) => onChange({ status })}
        width={112}
      />
      <TenantFilter value={search.tenant_id} onChange={(tenant_id) => onChange({ tenant_id })} />
      <DayField
        bare="bare"
        label="Issued from"
        placeholder="From the beginning"
        value={firstDay(search, today)}
        onChange={(from) => onChange({ from: from ?? FROM_THE_BEGINNING })}
        width={144}
      />
      <DayField
        bare="bare"
        label="Issued before"
        placeholder="Issued before"
        value={search.to ?? null}
        onChange={(to) => onChange({ to: to ?? undefined })}
        width={130}
      />
      <FilterSelect
        label="Hold"
        options={HOLDS}
        value={search.hold}
        onChange={(hold) => onChange({ hold })}
        width={96}
      />
      <FilterSelect
        label="Origin"
        options={ORIGINS}
        value={search.origin}
        onChange={(origin) => onChange({ origin })}
        width={92}
      />
    </FilterRow>
  );
}
