import { SegmentedControl } from "@mantine/core";

type Props = { view: "rows" | "late"; onChange: (view: string | undefined) => void };

/** All that was put aside, or late use with its proposed corrections. */
export function ViewSwitch({ view, onChange }: Props) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="What is listed"
      data={[
        { value: "rows", label: "Put aside" },
        { value: "late", label: "Late use" },
      ]}
      value={view}
      onChange={(next) => onChange(next === "late" ? "late" : undefined)}
      data-testid="quarantine-view"
    />
  );
}
