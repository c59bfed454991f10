import type { ChartSeries } from "./Chart";
import classes from "./chart.module.css";

type Point = { dataIndex: number; seriesIndex: number };

function textNode(tag: string, text: string, className?: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

/** The tooltip of an axis, built from text nodes. */
export function tooltipOf(points: unknown, categories: readonly string[], series: readonly ChartSeries[]): HTMLElement {
  const list = (Array.isArray(points) ? points : [points]) as Point[];
  const box = document.createElement("div");
  const first = list[0];
  if (!first) return box;
  box.append(textNode("div", categories[first.dataIndex] ?? "", classes.tipTitle));
  for (const { dataIndex, seriesIndex } of list) {
    const line = series[seriesIndex];
    if (!line) continue;
    const row = textNode("div", "", classes.tipRow);
    const dot = textNode("span", "", classes.tipDot);
    dot.style.background = line.color;
    row.append(dot, textNode("span", line.name), textNode("span", line.texts[dataIndex] ?? "", classes.tipValue));
    box.append(row);
  }
  return box;
}
