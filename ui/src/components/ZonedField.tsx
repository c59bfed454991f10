import { DateTimePicker } from "@mantine/dates";
import { instantInZone, wallInZone } from "@/format";

type Props = {
  label: string;
  /** An instant in UTC; null for none. */
  value: string | null;
  onChange: (instant: string | null) => void;
  /** The zone in which the person reads and writes it. */
  zone: string;
  placeholder: string;
  error?: string | undefined;
  width?: number;
  bare?: "bare";
};

/** A date and time in a stated zone. The value is an instant. */
export function ZonedField({ label, value, onChange, zone, placeholder, error, width, bare }: Props) {
  const shown = value ? wallInZone(value, zone) : null;
  return (
    <DateTimePicker
      label={bare ? undefined : `${label} (${zone})`}
      // What is seen is part of what is said.
      aria-label={bare ? `${label} (${zone})${shown ? ` ${shown.slice(0, 16)}` : ""}` : undefined}
      placeholder={placeholder}
      value={shown}
      onChange={(wall) => onChange(wall ? instantInZone(wall, zone) : null)}
      valueFormat="YYYY-MM-DD HH:mm"
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      error={error}
      w={width}
    />
  );
}
