import type { TenantPage } from "@/generated/bindings";
import { Meters } from "./Meters";
import { Money } from "./Money";
import { Periods } from "./Periods";
import { RecentEvents } from "./RecentEvents";
import classes from "./tenant.module.css";
import { UsageChart } from "./UsageChart";

/** What a person on the phone needs first: use, limit, reset, money, the last weeks, the last events. */
export function UsageTab({ page }: { page: TenantPage }) {
  return (
    <div className={classes.stack}>
      <Meters page={page} />
      <div className={classes.columns}>
        <UsageChart page={page} />
        <div className={classes.stack}>
          <Money page={page} />
          <Periods page={page} />
        </div>
      </div>
      <RecentEvents page={page} />
    </div>
  );
}
