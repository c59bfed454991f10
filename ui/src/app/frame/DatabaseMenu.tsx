import { Menu, UnstyledButton } from "@mantine/core";
import {
  IconArrowsDiff,
  IconCamera,
  IconChevronDown,
  IconDatabase,
  IconEye,
  IconEyeOff,
  IconFlask,
  IconFolderOpen,
  IconLock,
  IconPlus,
  IconServer2,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useOpenConnection } from "@/features/connections/useOpenConnection";
import { useOpenOrSay } from "@/features/connections/useOpenDatabase";
import { SnapshotDialog } from "@/features/snapshot/SnapshotDialog";
import { useHost } from "@/host";
import { useConnections, useDatabaseStatus } from "../queries";
import classes from "./frame.module.css";

/** Which database is on screen, and the way to another one. */
export function DatabaseMenu() {
  const { data } = useDatabaseStatus();
  const host = useHost();
  const connections = useConnections();
  const openDatabase = useOpenOrSay();
  const navigate = useNavigate();
  const [writing, setWriting] = useState(false);
  const { open: openConnection, dialog } = useOpenConnection(() => void navigate({ to: "/" }));

  const change = async (open: () => Promise<unknown>) => {
    if (await openDatabase(open)) await navigate({ to: "/" });
  };

  if (!data) return null;
  const engine = data.engine === "postgres" ? "PostgreSQL" : "SQLite";
  return (
    <>
      <Menu position="bottom-start" width={300}>
        <Menu.Target>
          <UnstyledButton className={classes.database} data-testid="database" title={data.location}>
            <IconDatabase size={15} aria-hidden />
            <span className="cut">{data.name}</span>
            <span className={`${classes.tag} ${classes.optional}`}>{engine}</span>
            <span className={classes.tag} data-testid="database-access">
              {data.writable ? "live" : data.snapshot ? "snapshot" : data.moment ? "review" : "read only"}
            </span>
            <IconChevronDown size={13} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{data.location}</Menu.Label>
          <Menu.Label>
            {engine} · schema {data.schema_version} · {data.writable ? "may write" : <IconLock size={11} />}
          </Menu.Label>
          {data.warnings.map((warning) => (
            <Menu.Label key={warning} c="var(--ch-amber-text)">
              {warning}
            </Menu.Label>
          ))}
          {data.read_only_because && <Menu.Label>{data.read_only_because}</Menu.Label>}
          <Menu.Divider />
          {connections.data?.map(({ connection_id, settings }) => (
            <Menu.Item
              key={connection_id}
              leftSection={<IconServer2 size={15} />}
              rightSection={<span className={classes.tag}>{settings.environment}</span>}
              onClick={() => void openConnection({ connectionId: connection_id, name: settings.name })}
              data-testid={`menu-connection-${connection_id}`}
            >
              <bdi>{settings.name}</bdi>
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<IconPlus size={15} />} onClick={() => void navigate({ to: "/settings" })}>
            Manage connections
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconFolderOpen size={15} />}
            onClick={() => change(host.openDatabase)}
            data-testid="database-open"
          >
            Open a database or snapshot
          </Menu.Item>
          <Menu.Item leftSection={<IconFlask size={15} />} onClick={() => change(() => host.openSample(() => {}))}>
            Open the sample company
          </Menu.Item>
          <Menu.Divider />
          {!data.snapshot && (
            <Menu.Item
              leftSection={<IconEye size={15} />}
              onClick={() => change(host.reviewBegin)}
              data-testid="review-begin"
            >
              {data.moment ? "Refresh the review" : "Review this moment"}
            </Menu.Item>
          )}
          {!data.snapshot && data.moment && (
            <Menu.Item
              leftSection={<IconEyeOff size={15} />}
              onClick={() => change(host.reviewEnd)}
              data-testid="review-end"
            >
              End the review
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconCamera size={15} />}
            onClick={() => setWriting(true)}
            data-testid="snapshot-open"
          >
            Write a snapshot
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowsDiff size={15} />}
            onClick={() => navigate({ to: "/difference" })}
            data-testid="difference-open"
          >
            Compare with a snapshot
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {writing && <SnapshotDialog onClose={() => setWriting(false)} />}
      {dialog}
    </>
  );
}
