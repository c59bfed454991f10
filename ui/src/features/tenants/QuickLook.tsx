import { DetailDrawer, Facts, LevelBadge, LinkButton, StatusBadge, UsageBar } from "@/components";
import { lastDayBefore, useFormat, wordsOf } from "@/format";
import type { TenantRow } from "@/generated/bindings";
import { useMeterName, useMeterUnit } from "./meter-name";
import classes from "./tenants.module.css";

/** A tenant at a glance, from the list, without leaving it. */
export function QuickLook({ row, onClose }: { row: TenantRow | null; onClose: () => void }) {
  const format = useFormat();
  const nameOf = useMeterName();
  const unitOf = useMeterUnit();
  return (
    <DetailDrawer opened={row !== null} onClose={onClose} title={<bdi>{row?.name}</bdi>} testId="tenant-look">
      {row && (
        <div className={classes.look}>
          <span>
            <LevelBadge level={row.level} /> <StatusBadge status={row.status} />
          </span>
          {row.meters.map((cell) => (
            <div key={cell.meter} className={classes.meter}>
              <div className={classes.meterHead}>
                <span>{nameOf(cell.meter)}</span>
                <span className="tabular" data-figure={cell.used}>
                  {format.quantity(cell.used, unitOf(cell.meter))}
                  {cell.base !== null && (
                    <span className="dim"> of {format.quantity(cell.base, unitOf(cell.meter))}</span>
                  )}
                  {cell.percent && ` · ${format.percent(cell.percent)}`}
                </span>
              </div>
              <UsageBar
                {...cell}
                figure={format.quantity(cell.used, unitOf(cell.meter))}
                label={nameOf(cell.meter)}
                variant="cell"
              />
            </div>
          ))}
          <Facts
            facts={[
              { name: "Plan", value: row.plan ? `${row.plan} (${wordsOf(row.family ?? "")})` : "none" },
              { name: "Overage so far", value: format.money(row.overage, row.currency) },
              {
                name: "Period until",
                value: row.period_end
                  ? `${format.dayOf(lastDayBefore(row.period_end), row.zone)}, ${row.zone}`
                  : "no period",
              },
              { name: "Country", value: row.country ?? "not known" },
              { name: "Outside id", value: row.outside_id ? <span className="mono">{row.outside_id}</span> : "none" },
            ]}
          />
          <LinkButton to="/tenants/$tenantId" params={{ tenantId: row.tenant_id }} data-testid="tenant-look-open">
            Open tenant
          </LinkButton>
        </div>
      )}
    </DetailDrawer>
  );
}
