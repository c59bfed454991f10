import { Tooltip } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { EmptyState, Figure, LevelBadge, type PlainColumn, PlainTable, Section, UsageBar, When } from "@/components";
import { isZero, resetWord, useFormat } from "@/format";
import type { MeterUsage, TenantPage } from "@/generated/bindings";
import classes from "./tenant.module.css";

function overriddenBy(page: TenantPage, meter: MeterUsage): string | null {
  const held = page.overrides.find(({ override_id }) => override_id === meter.override_id);
  return held ? `Override by ${held.actor}: ${held.reason}` : meter.override_id ? "Override in force" : null;
}

/** A bar per meter with limit, override, reset and overage. */
export function Meters({ page }: { page: TenantPage }) {
  const format = useFormat();
  const columns: PlainColumn<MeterUsage>[] = [
    {
      head: "Meter",
      cell: ({ name, price }) => (
        <div className={classes.two}>
          <strong>{name}</strong>
          <span className={classes.sub}>{price ?? "no price"}</span>
        </div>
      ),
    },
    { head: "Level", cell: ({ level }) => <LevelBadge level={level} /> },
    {
      head: "Use of what is included",
      width: "26%",
      cell: (meter) => {
        const base = meter.included ?? meter.cap;
        return (
          <div className={classes.bar}>
            <UsageBar
              meter={meter.meter}
              level={meter.level}
              percent={meter.percent}
              base={base}
              figure={format.quantity(meter.used, meter.unit)}
              label={meter.name}
            />
            <span className={classes.sub} data-testid={`percent-${meter.meter}`} data-figure={meter.percent ?? ""}>
              {meter.percent === null ? "no percentage" : `${format.percent(meter.percent)} used`}
            </span>
          </div>
        );
      },
    },
    {
      head: "Used",
      align: "right",
      cell: ({ meter, used, used_all, unit }) => (
        <div className={classes.two}>
          <Figure value={used} exact={format.exactQuantity(used, unit)} testId={`used-${meter}`}>
            {format.quantity(used, unit)}
          </Figure>
          {used_all !== used && (
            <span className={classes.sub} title={format.exactQuantity(used_all, unit)}>
              {format.quantity(used_all, unit)} with free
            </span>
          )}
        </div>
      ),
    },
    {
      head: "Included",
      align: "right",
      cell: (meter) => {
        const why = overriddenBy(page, meter);
        return (
          <div className={classes.two}>
            <span
              data-testid={`included-${meter.meter}`}
              data-figure={meter.included ?? ""}
              title={meter.included ? format.exactQuantity(meter.included, meter.unit) : undefined}
            >
              {why && (
                <Tooltip label={why} maw={320}>
                  <IconAdjustments size={13} aria-label={why} style={{ verticalAlign: -2, marginRight: 4 }} />
                </Tooltip>
              )}
              {meter.included === null ? "Unlimited" : format.quantity(meter.included, meter.unit)}
            </span>
            {meter.cap !== null && (
              <span className={classes.sub} title={format.exactQuantity(meter.cap, meter.unit)}>
                cap {format.quantity(meter.cap, meter.unit)}
              </span>
            )}
          </div>
        );
      },
    },
    {
      head: "Remaining",
      align: "right",
      cell: ({ meter, remaining, unit }) =>
        remaining === null ? (
          <span className="dim">no limit</span>
        ) : (
          <Figure value={remaining} exact={format.exactQuantity(remaining, unit)} testId={`remaining-${meter}`}>
            {format.quantity(remaining, unit)}
          </Figure>
        ),
    },
    {
      head: "Resets",
      cell: ({ resets_at, reset }) => (
        <div className={classes.two}>
          {resets_at ? (
            <When at={resets_at} zone={page.zone} show="day" />
          ) : (
            <span className="dim">{resetWord(reset)}</span>
          )}
          {resets_at && <span className={classes.sub}>{format.relative(resets_at, Date.parse(page.as_of))}</span>}
        </div>
      ),
    },
    {
      head: "Overage",
      align: "right",
      cell: ({ meter, overage, overage_amount, unit, currency }) => (
        <div className={classes.two}>
          {overage_amount === null ? (
            <span className="dim">no price</span>
          ) : (
            <Figure value={overage_amount} testId={`overage-${meter}`}>
              {format.money(overage_amount, currency)}
            </Figure>
          )}
          {!isZero(overage) && <span className={classes.sub}>{format.quantity(overage, unit)} above</span>}
        </div>
      ),
    },
  ];
  return (
    <Section title="Meters" flush="flush" testId="meters">
      {page.meters.length === 0 ? (
        <EmptyState>The meters of the plan will be here once the tenant has a subscription.</EmptyState>
      ) : (
        <PlainTable
          caption="Meters"
          columns={columns}
          rows={page.meters}
          rowKey={({ meter }) => meter}
          rowTestId={({ meter }) => `meter-${meter}`}
        />
      )}
    </Section>
  );
}
