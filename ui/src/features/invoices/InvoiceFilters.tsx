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

/** Drafts that a run left to a person: in the address a filter of its own, on screen a state like the others. */
const HOLDS = [
  { value: "approval", label: "Waits for approval" },
  { value: "brake", label: "Stopped by the brake" },
];
const STATES = [...HOLDS, ...STATUSES];

function stateOf(value: string | undefined): Pick<InvoicesSearch, "status" | "hold"> {
  const isHold = HOLDS.some((hold) => hold.value === value);
  return isHold ? { hold: value, status: undefined } : { hold: undefined, status: value };
}

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
        width={98}
        testId="filter-number"
        first="first"
      />
      <FilterSelect
        label="Status"
        options={STATES}
        value={search.hold ?? search.status}
        onChange={(state) => onChange(stateOf(state))}
        width={160}
      />
      <TenantFilter value={search.tenant_id} onChange={(tenant_id) => onChange({ tenant_id })} width={146} />
      <DayField
        bare="bare"
        label="Issued from"
        placeholder="Issued from"
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
        label="Origin"
        options={ORIGINS}
        value={search.origin}
        onChange={(origin) => onChange({ origin })}
        width={130}
      />
    </FilterRow>
  );
}
