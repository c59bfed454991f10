import type { QuarantineSearch } from "@/app/search";
import { FilterRow, FilterSelect } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { ReasonCount } from "@/generated/bindings";
import { TenantFilter } from "../usage/TenantFilter";
import { STATES } from "./states";
import { ViewSwitch } from "./ViewSwitch";

type Props = {
  search: QuarantineSearch;
  reasons: readonly ReasonCount[];
  onChange: (next: QuarantineSearch) => void;
  onClear: () => void;
};

/** State, reason with how many wait, tenant. */
export function QuarantineFilters({ search, reasons, onChange, onClear }: Props) {
  const format = useFormat();
  const active = Boolean(search.state || search.reason || search.tenant_id);
  return (
    <FilterRow onClear={active ? onClear : undefined}>
      <ViewSwitch view="rows" onChange={(view) => onChange({ view, reason: undefined })} />
      <FilterSelect
        label="State"
        options={STATES}
        value={search.state ?? "waiting"}
        onChange={(state) => onChange({ state: state ?? "all" })}
      />
      <FilterSelect
        label="Reason"
        options={reasons.map(({ reason, waiting }) => ({
          value: reason,
          label: `${wordsOf(reason)} · ${format.count(waiting)}`,
        }))}
        value={search.reason}
        onChange={(reason) => onChange({ reason })}
        width={200}
      />
      <TenantFilter value={search.tenant_id} onChange={(tenant_id) => onChange({ tenant_id })} />
    </FilterRow>
  );
}
