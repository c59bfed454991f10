import { DatePickerInput } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import filters from "./filters.module.css";

type Props = {
  label: string;
  /** `yyyy-mm-dd`; null for none. */
  value: string | null;
  onChange: (day: string | null) => void;
  placeholder: string;
  error?: string | undefined;
  width?: number;
  /** In a filter row the label is the placeholder. */
  bare?: "bare";
};

/** A calendar day. It belongs to no zone. */
export function DayField({ label, value, onChange, placeholder, error, width, bare }: Props) {
  return (
    <DatePickerInput
      label={bare ? undefined : label}
      aria-label={bare ? label : undefined}
      placeholder={placeholder}
      value={value}
      onChange={onChange}
      valueFormat="YYYY-MM-DD"
      leftSection={bare ? <IconCalendar size={14} aria-hidden /> : undefined}
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      error={error}
      className={bare && value ? filters.set : undefined}
      w={width}
      data-testid={`day-${label.toLowerCase()}`}
    />
  );
}
