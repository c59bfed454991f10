import { ActionIcon } from "@mantine/core";
import { IconAlertOctagonFilled, IconAlertTriangleFilled, IconX } from "@tabler/icons-react";
import { useDismissedBanners } from "@/app/preferences";
import { useFormat } from "@/format";
import type { MeterUsage, TenantPage } from "@/generated/bindings";
import classes from "./tenant.module.css";

/** A banner that was put away stays away for this meter, level and period. */
function keyOf(page: TenantPage, meter: MeterUsage): string {
  return [page.tenant_id, meter.meter, meter.level, meter.resets_at ?? ""].join("|");
}

const KEPT = 500;

/** One line per meter from 80 % on, which the person can put away. */
export function LevelBanner({ page }: { page: TenantPage }) {
  const format = useFormat();
  const [dismissed, setDismissed] = useDismissedBanners();
  const shown = page.meters
    .filter((meter) => meter.level !== "normal" && !dismissed.includes(keyOf(page, meter)))
    .sort((a, b) => a.level.localeCompare(b.level));
  if (shown.length === 0) return null;
  return (
    <div className={classes.banners}>
      {shown.map((meter) => {
        const alert = meter.level === "alert";
        const Icon = alert ? IconAlertOctagonFilled : IconAlertTriangleFilled;
        const share = meter.percent ? format.percent(meter.percent) : "use without an allowance";
        return (
          <div
            key={meter.meter}
            className={classes.banner}
            data-level={meter.level}
            role="status"
            data-testid={`banner-${meter.meter}`}
          >
            <Icon size={16} aria-hidden />
            <span>
              {meter.name} is {alert ? "past its limit" : "past 80 %"}: {share}
              {meter.overage_amount && ` · overage ${format.money(meter.overage_amount, meter.currency)}`}
              {alert && page.upgrade && ` · ${page.upgrade.plan} would hold this use`}
            </span>
            <ActionIcon
              aria-label={`Dismiss the notice on ${meter.name}`}
              onClick={() => setDismissed([keyOf(page, meter), ...dismissed].slice(0, KEPT))}
              data-testid={`banner-dismiss-${meter.meter}`}
            >
              <IconX size={15} />
            </ActionIcon>
          </div>
        );
      })}
    </div>
  );
}
