import { useMemo } from "react";
import { Chart, type ChartSeries, useMeterColors } from "@/components";
import { axisOf, subtract, toApproximate, useFormat } from "@/format";
import type { MeterSeries } from "@/generated/bindings";

const FREE_COLOR = "#9a9da6";

/** One meter by day: what is billable, and the free part on top of it. A level or a peak is a line. */
export function SeriesChart({ days, series }: { days: readonly string[]; series: MeterSeries }) {
  const format = useFormat();
  const colorOf = useMeterColors();
  const color = colorOf(series.meter);
  const { aggregation, all, billable, unit } = series;
  const stacked = aggregation === "sum" || aggregation === "count";
  const axis = useMemo(() => axisOf(all, unit), [all, unit]);
  const lines = useMemo<ChartSeries[]>(() => {
    const scaled = (values: readonly string[]) => values.map((value) => toApproximate(value) / axis.divisor);
    const text = (value: string) => format.exactQuantity(value, unit);
    const line = (name: string, tone: string, values: string[]): ChartSeries => ({
      name,
      color: tone,
      values: scaled(values),
      texts: values.map(text),
    });
    if (!stacked) return [line(aggregation === "level" ? "At the end of the day" : "Highest", color, all)];
    const free = all.map((value, place) => subtract(value, billable[place] ?? "0"));
    const parts = [{ ...line("Billable", color, [...billable]), stack: "use" }];
    const anyFree = free.some((value) => toApproximate(value) !== 0);
    return anyFree ? [...parts, { ...line("Free", FREE_COLOR, free), stack: "use" }] : parts;
  }, [format, unit, axis, stacked, aggregation, color, all, billable]);
  const categories = useMemo(() => days.map((day) => format.shortDay(day)), [days, format]);
  return (
    <Chart
      kind={stacked ? "bar" : "line"}
      label={`${series.name} by day, ${days.length} days`}
      categories={categories}
      series={lines}
      axisLabel={(value) => `${format.compact(String(value))} ${axis.unit}`.trim()}
      legend={lines.length > 1 ? "shown" : "hidden"}
      height={230}
    />
  );
}
