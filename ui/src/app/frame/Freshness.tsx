import { ActionIcon, Tooltip } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { IconRefresh } from "@tabler/icons-react";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useFormat } from "@/format";
import { useDatabaseStatus } from "../queries";
import classes from "./frame.module.css";

/** The newest event received, when the figures were read last, and the button that reads them again. */
export function Freshness() {
  const { data, dataUpdatedAt } = useDatabaseStatus();
  const client = useQueryClient();
  const fetching = useIsFetching() > 0;
  const format = useFormat();
  const [now, setNow] = useState(Date.now());
  useInterval(() => setNow(Date.now()), 5_000, { autoInvoke: true });
  const newest = data?.newest_event_at;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className={classes.fresh}>
      <span
        className={classes.optional}
        title={newest ? `${format.moment(newest, "UTC")} UTC` : undefined}
        data-testid="newest-event"
        data-figure={newest ?? ""}
      >
        {newest ? `Newest event ${format.relative(newest, Math.max(now, Date.parse(newest)))}` : "No events yet"}
      </span>
      <span className="tabular" data-testid="last-refresh">
        {dataUpdatedAt ? `Read ${format.clock(new Date(dataUpdatedAt).toISOString(), zone)}` : "\u00a0"}
      </span>
      <Tooltip label="Read everything on screen again · r">
        <ActionIcon
          onClick={() => client.invalidateQueries()}
          loading={fetching}
          loaderProps={{ size: 14 }}
          aria-label="Refresh"
          data-testid="refresh"
        >
          <IconRefresh size={16} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
