import { Button, Menu, SegmentedControl, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTenantSeries } from "@/app/queries";
import { EmptyState, QueryView, Section } from "@/components";
import type { TenantPage, TimeSeries } from "@/generated/bindings";
import { type ChartFileFormat, HostError, useHost } from "@/host";
import { SeriesChart } from "./SeriesChart";
import classes from "./tenant.module.css";

const DAYS = ["7", "30", "90"];
const FORMATS: ChartFileFormat[] = ["png", "svg", "csv"];

function SaveChart({ tenantId, days }: { tenantId: string; days: number }) {
  const host = useHost();
  const save = async (format: ChartFileFormat) => {
    try {
      const path = await host.saveChart(tenantId, days, format);
      if (path) notifications.show({ title: "Chart saved", message: path, color: "green" });
    } catch (thrown) {
      const { code, message } = HostError.from(thrown);
      notifications.show({ title: "The chart was not saved", message: `${message} (${code})`, color: "red" });
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="compact-sm" leftSection={<IconDownload size={14} />} data-testid="chart-save">
          Save as
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void save(format)} data-testid={`chart-save-${format}`}>
            {format.toUpperCase()}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Picture({
  series,
  meter,
  onMeter,
}: {
  series: TimeSeries;
  meter: string | null;
  onMeter: (meter: string) => void;
}) {
  const chosen = series.series.find((one) => one.meter === meter) ?? series.series[0];
  if (!chosen) return <EmptyState>Use by day will be here after the first event.</EmptyState>;
  return (
    <div className={classes.chart}>
      <Select
        aria-label="Meter of the chart"
        data={series.series.map(({ meter: value, name }) => ({ value, label: name }))}
        value={chosen.meter}
        onChange={(next) => next && onMeter(next)}
        allowDeselect={false}
        w={200}
        mb={8}
        data-testid="chart-meter"
      />
      <SeriesChart days={series.days} series={chosen} />
    </div>
  );
}

/** Use by day over 7, 30 or 90 days; the file that is saved holds all meters. */
export function UsageChart({ page }: { page: TenantPage }) {
  const { days } = useSearch({ from: "/tenants/$tenantId" });
  const navigate = useNavigate({ from: "/tenants/$tenantId" });
  const shown = days && DAYS.includes(days) ? days : "30";
  const query = useTenantSeries(page.tenant_id, Number(shown));
  const [meter, setMeter] = useState<string | null>(null);
  return (
    <Section
      title="Use by day"
      note={`days of ${page.zone}`}
      flush="flush"
      testId="usage-chart"
      actions={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Days"
            data={DAYS.map((value) => ({ value, label: `${value} days` }))}
            value={shown}
            onChange={(next) => void navigate({ search: (old) => ({ ...old, days: next }), replace: true })}
            data-testid="chart-days"
          />
          <SaveChart tenantId={page.tenant_id} days={Number(shown)} />
        </>
      }
    >
      <QueryView query={query} what="The use by day">
        {(series) => <Picture series={series} meter={meter} onMeter={setMeter} />}
      </QueryView>
    </Section>
  );
}
