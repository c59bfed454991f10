import { Chart, Section } from "@/components";
import { useFormat } from "@/format";
import type { CompanyDay } from "@/generated/bindings";
import classes from "./overview.module.css";

export function EventsPerDay({ days }: { days: readonly CompanyDay[] }) {
  const format = useFormat();
  if (days.length === 0) return null;
  const total = days.reduce((sum, { events }) => sum + events, 0);
  return (
    <Section
      title="Events per day"
      note={`${format.count(total)} in ${format.count(days.length)} days`}
      flush="flush"
      testId="overview-days"
    >
      <div className={classes.charts}>
        <Chart
          kind="bar"
          height={150}
          label={`Events per day, ${format.count(total)} in ${days.length} days`}
          categories={days.map(({ day }) => format.shortDay(day))}
          axisLabel={(value) => format.compact(String(value))}
          series={[
            {
              name: "Events",
              color: "#4477aa",
              values: days.map(({ events }) => events),
              texts: days.map(({ events }) => format.count(events)),
            },
          ]}
        />
      </div>
    </Section>
  );
}
