import {
  IconAlertOctagonFilled,
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconShieldQuestion,
  IconUsers,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useFormat } from "@/format";
import type { Overview } from "@/generated/bindings";
import classes from "./overview.module.css";

/** How many tenants stand at each level, and what waits in quarantine. Each card leads to its list. */
export function LevelCounts({ overview }: { overview: Overview }) {
  const format = useFormat();
  const { tenants, normal, warning, alert } = overview.counts;
  const cards = [
    {
      id: "alert",
      label: "Alert",
      hint: "from 100 % on some meter",
      count: alert,
      tone: "alert",
      icon: IconAlertOctagonFilled,
      to: "/tenants",
      search: { level: "alert" },
    },
    {
      id: "warning",
      label: "Warning",
      hint: "from 80 %, below 100 %",
      count: warning,
      tone: "warning",
      icon: IconAlertTriangleFilled,
      to: "/tenants",
      search: { level: "warning" },
    },
    {
      id: "normal",
      label: "Normal",
      hint: "below 80 % on every meter",
      count: normal,
      tone: "normal",
      icon: IconCircleCheckFilled,
      to: "/tenants",
      search: { level: "normal" },
    },
    {
      id: "tenants",
      label: "Tenants",
      hint: "with a subscription",
      count: tenants,
      tone: "neutral",
      icon: IconUsers,
      to: "/tenants",
      search: {},
    },
    {
      id: "quarantine",
      label: "In quarantine",
      hint: "rows that wait for a person",
      count: overview.quarantine_waiting,
      tone: "neutral",
      icon: IconShieldQuestion,
      to: "/quarantine",
      search: { state: "waiting" },
    },
  ] as const;
  return (
    <div className={classes.cards}>
      {cards.map(({ id, label, hint, count, tone, icon: Icon, to, search }) => (
        <Link key={id} to={to} search={search} className={classes.card}>
          <div className={classes.label} data-tone={tone}>
            <Icon size={14} aria-hidden />
            {label}
          </div>
          <div className={classes.value} data-testid={`overview-count-${id}`} data-figure={String(count)}>
            {format.count(count)}
          </div>
          <div className={`${classes.hint} cut`}>{hint}</div>
        </Link>
      ))}
    </div>
  );
}
