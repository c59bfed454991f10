import { useComputedColorScheme } from "@mantine/core";
import type { EChartsType } from "echarts/core";
import { useEffect, useRef } from "react";
import classes from "./chart.module.css";
import { init } from "./chart-core";
import { tooltipOf } from "./chart-tooltip";

export type ChartSeries = {
  name: string;
  color: string;
  /** Approximate numbers, for geometry. */
  values: number[];
  /** What stands in the tooltip, exact and with its unit. */
  texts: string[];
  /** Series of one stack stand on each other. */
  stack?: string;
};

type Props = {
  /** How the picture is read aloud. */
  label: string;
  kind: "bar" | "line";
  categories: string[];
  series: ChartSeries[];
  axisLabel: (value: number) => string;
  height?: number;
  legend?: "shown" | "hidden";
};

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#888888";
}

function optionOf({ kind, categories, series, axisLabel, legend = "hidden" }: Props) {
  const dim = token("--ch-dim");
  const border = token("--ch-border");
  const font = { color: dim, fontSize: 11, fontFamily: "'Inter Variable', sans-serif" };
  return {
    animation: false,
    textStyle: font,
    grid: { left: 4, right: 8, top: legend === "shown" ? 30 : 10, bottom: 2, outerBoundsMode: "same" as const },
    legend: {
      show: legend === "shown",
      type: "plain" as const,
      top: 0,
      left: 0,
      itemWidth: 10,
      itemHeight: 10,
      icon: "roundRect",
      textStyle: { ...font, color: token("--ch-text") },
    },
    tooltip: {
      trigger: "axis" as const,
      transitionDuration: 0,
      backgroundColor: token("--ch-surface"),
      borderColor: token("--ch-border-strong"),
      textStyle: { ...font, color: token("--ch-text"), fontSize: 12 },
      axisPointer: { type: kind === "bar" ? ("shadow" as const) : ("line" as const) },
      // An element, not HTML text: names of tenants and meters come from outside.
      formatter: (points: unknown) => tooltipOf(points, categories, series),
    },
    xAxis: {
      type: "category" as const,
      data: categories,
      boundaryGap: kind === "bar",
      axisLine: { lineStyle: { color: border } },
      axisTick: { show: false },
      axisLabel: { ...font, hideOverlap: true },
    },
    yAxis: {
      type: "value" as const,
      splitNumber: 4,
      splitLine: { lineStyle: { color: border } },
      axisLabel: { ...font, formatter: axisLabel },
    },
    series: series.map(({ name, color, values, stack }) => ({
      name,
      stack,
      type: kind,
      data: values,
      itemStyle: { color, borderRadius: kind === "bar" && !stack ? [2, 2, 0, 0] : 0 },
      lineStyle: { color, width: 2 },
      showSymbol: false,
      barMaxWidth: 22,
      barCategoryGap: "25%",
    })),
  };
}

/** A chart as SVG. Exact figures are in its tooltip and in a table beside it. */
export function Chart(props: Props) {
  const { label, height = 220 } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    const node = place.current;
    if (!node) return;
    const made = init(node, null, { renderer: "svg" });
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(node);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides the tokens that are read from the page
  useEffect(() => {
    chart.current?.setOption(optionOf(props), { notMerge: true });
  }, [props, scheme]);

  return <div ref={place} className={classes.chart} style={{ height }} role="img" aria-label={label} />;
}
