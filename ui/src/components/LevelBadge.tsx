import { IconAlertOctagonFilled, IconAlertTriangleFilled, IconCircleCheckFilled } from "@tabler/icons-react";
import { levelWord } from "@/format";
import type { Level } from "@/generated/bindings";
import classes from "./badges.module.css";

const ICONS = { normal: IconCircleCheckFilled, warning: IconAlertTriangleFilled, alert: IconAlertOctagonFilled };

/** A level: icon, word and colour, so that none of them stands alone. */
export function LevelBadge({ level }: { level: Level }) {
  const Icon = ICONS[level];
  return (
    <span className={classes.badge} data-tone={level} data-level={level}>
      <Icon size={13} aria-hidden />
      {levelWord(level)}
    </span>
  );
}
