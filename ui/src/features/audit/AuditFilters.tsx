import type { AuditSearch } from "@/app/search";
import { FilterRow, FilterSelect, ZonedField } from "@/components";
import { TenantFilter } from "../usage/TenantFilter";

type Props = {
  search: AuditSearch;
  actions: readonly string[];
  actors: readonly string[];
  onChange: (next: AuditSearch) => void;
  onClear: () => void;
};

const options = (values: readonly string[]) => values.map((value) => ({ value, label: value }));

/** Who, what, tenant, time. */
export function AuditFilters({ search, actions, actors, onChange, onClear }: Props) {
  const active = Object.keys(search).some((name) => name !== "month");
  return (
    <FilterRow onClear={active ? onClear : undefined}>
      <FilterSelect
        label="Who"
        options={options(actors)}
        value={search.actor}
        onChange={(actor) => onChange({ actor })}
        width={150}
      />
      <FilterSelect
        label="Action"
        options={options(actions)}
        value={search.action}
        onChange={(action) => onChange({ action })}
        width={190}
      />
      <TenantFilter value={search.tenant_id} onChange={(tenant_id) => onChange({ tenant_id })} />
      <ZonedField
        label="From"
        zone="UTC"
        placeholder="The beginning"
        value={search.from ?? null}
        onChange={(from) => onChange({ from: from ?? undefined })}
      />
      <ZonedField
        label="Before"
        zone="UTC"
        placeholder="Now"
        value={search.to ?? null}
        onChange={(to) => onChange({ to: to ?? undefined })}
      />
    </FilterRow>
  );
}
