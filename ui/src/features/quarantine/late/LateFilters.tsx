import type { QuarantineSearch } from "@/app/search";
import { FilterRow, FilterSelect } from "@/components";
import { TenantFilter } from "../../usage/TenantFilter";
import { STATES } from "../states";
import { ViewSwitch } from "../ViewSwitch";

type Props = { search: QuarantineSearch; onChange: (next: QuarantineSearch) => void; onClear: () => void };

/** State and tenant of late use. */
export function LateFilters({ search, onChange, onClear }: Props) {
  return (
    <FilterRow onClear={search.state || search.tenant_id ? onClear : undefined}>
      <ViewSwitch view="late" onChange={(view) => onChange({ view, reason: undefined })} />
      <FilterSelect
        label="State"
        options={STATES}
        value={search.state ?? "waiting"}
        onChange={(state) => onChange({ state: state ?? "all" })}
      />
      <TenantFilter value={search.tenant_id} onChange={(tenant_id) => onChange({ tenant_id })} />
    </FilterRow>
  );
}
