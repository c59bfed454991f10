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
  return (
    <DateTimePicker
      label={bare ? undefined : `${label} (${zone})`}
      aria-label={bare ? `${label} (${zone})` : undefined}
      placeholder={placeholder}
      value={value ? wallInZone(value, zone) : null}
      onChange={(wall) => onChange(wall ? instantInZone(wall, zone) : null)}
      valueFormat="YYYY-MM-DD HH:mm"
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      error={error}
      w={width}
    />
  );
}
