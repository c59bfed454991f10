import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useSearch, useTenantPage } from "@/app/queries";

type Props = { value: string | undefined; onChange: (tenantId: string | undefined) => void; width?: number };

type ChosenProps = { value: string; onChange: Props["onChange"]; width: number };

/** The chosen tenant's name: known from the search, else read from its page. */
function ChosenTenant({ value, onChange, width }: ChosenProps) {
  const { data } = useTenantPage(value, null);
  return (
    <Select
      aria-label="Tenant"
      data={[{ value, label: data?.name ?? value }]}
      value={value}
      onChange={(next) => onChange(next ?? undefined)}
      clearable
      clearButtonProps={{ "aria-label": "Clear tenant" }}
      w={width}
      data-testid="filter-tenant"
    />
  );
}

function TenantSearch({ onChange, width }: Omit<ChosenProps, "value">) {
  const [text, setText] = useState("");
  const [wanted] = useDebouncedValue(text.trim(), 120);
  const { data } = useSearch(wanted);
  const hits = wanted && data ? data.flatMap((hit) => (hit.kind === "tenant" ? [hit] : [])) : [];
  return (
    <Select
      aria-label="Tenant"
      placeholder="Tenant"
      data={hits.map(({ tenant_id, name }) => ({ value: tenant_id, label: name }))}
      value={null}
      onChange={(next) => onChange(next ?? undefined)}
      searchable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={wanted ? "No tenant found" : "Type a name"}
      w={width}
      data-testid="filter-tenant"
    />
  );
}

/** One tenant, found by name as in the palette: a list of 10,000 is no choice. */
export function TenantFilter({ value, onChange, width = 180 }: Props) {
  return value ? (
    <ChosenTenant value={value} onChange={onChange} width={width} />
  ) : (
    <TenantSearch onChange={onChange} width={width} />
  );
}
