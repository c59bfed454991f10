import { Button, Menu, SegmentedControl } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { plural, useFormat } from "@/format";
import type { Exported, ExportFormat } from "@/generated/bindings";
import type { HostError } from "@/host";

type Props<Kind extends string> = {
  kinds: readonly { kind: Kind; label: string }[];
  /** Writes the file where the person says; null when they think better of it. */
  write: (kind: Kind, as: ExportFormat) => Promise<Exported | null>;
};

/** Writes what the filters pass into a file that the person names. */
export function ExportMenu<Kind extends string>({ kinds, write }: Props<Kind>) {
  const format = useFormat();
  const [as, setAs] = useState<ExportFormat>("xlsx");
  const run = useMutation<Exported | null, HostError, Kind>({
    mutationFn: (kind) => write(kind, as),
    onSuccess: (exported) => {
      if (!exported) return;
      notifications.show({
        color: "green",
        title: `${plural(exported.rows, format.count(exported.rows), "row", "rows")} exported`,
        message: `${exported.file} · ${format.size(String(exported.bytes))}`,
      });
    },
    onError: ({ code, message }) =>
      notifications.show({ color: "red", title: "Nothing was exported", message: `${message} (${code})` }),
  });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={14} />}
          loading={run.isPending}
          data-testid="export-menu"
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>What these filters pass, as</Menu.Label>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Format"
          value={as}
          onChange={(next) => setAs(next as ExportFormat)}
          data={[
            { value: "xlsx", label: "XLSX" },
            { value: "csv", label: "CSV" },
          ]}
          data-testid="export-format"
        />
        <Menu.Divider />
        {kinds.map(({ kind, label }) => (
          <Menu.Item key={kind} onClick={() => run.mutate(kind)} data-testid={`export-${kind}`}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
