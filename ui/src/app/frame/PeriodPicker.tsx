import { Select } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useMemo } from "react";
import { useFormat } from "@/format";
import { pastMonths, usePeriod, useToday } from "../period";

/** Now, or the end of a past month. */
export function PeriodPicker() {
  const { month, choose } = usePeriod();
  const format = useFormat();
  const today = useToday();
  const options = useMemo(
    () => [
      { value: "now", label: "Now" },
      ...pastMonths(new Date(today)).map((value) => ({ value, label: `End of ${format.month(value)}` })),
    ],
    [format, today],
  );
  return (
    <Select
      aria-label="Period"
      data={options}
      value={month ?? "now"}
      onChange={(value) => choose(value === "now" ? null : value)}
      allowDeselect={false}
      leftSection={<IconCalendar size={14} aria-hidden />}
      w={158}
      styles={{ input: { height: 28, minHeight: 28 } }}
      data-testid="period"
    />
  );
}
