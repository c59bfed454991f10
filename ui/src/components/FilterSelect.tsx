import { Select } from "@mantine/core";
import classes from "./filters.module.css";

type Props = {
  label: string;
  options: readonly { value: string; label: string }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  width?: number;
};

/** A choice among few values; empty means all. A value that no longer occurs stays visible. */
export function FilterSelect({ label, options, value, onChange, width = 118 }: Props) {
  const known = value && !options.some((option) => option.value === value) ? [{ value, label: value }] : [];
  return (
    <Select
      aria-label={label}
      placeholder={label}
      data={[...known, ...options]}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      searchable={options.length > 8}
      className={value ? classes.set : undefined}
      w={width}
      data-testid={`filter-${label.toLowerCase()}`}
    />
  );
}
