import { Group, SegmentedControl, TextInput } from "@mantine/core";

/** What an override says about one limit: nothing, no limit, or a quantity. */
export type AllowanceDraft = { mode: "plan" | "quantity" | "unlimited"; quantity: string };

export function allowanceOf({ mode, quantity }: AllowanceDraft): string | null {
  if (mode === "plan") return null;
  return mode === "unlimited" ? "unlimited" : quantity.trim();
}

const MODES = [
  { value: "plan", label: "As the plan says" },
  { value: "quantity", label: "Quantity" },
  { value: "unlimited", label: "Unlimited" },
];

type Props = {
  label: string;
  unit: string;
  value: AllowanceDraft;
  onChange: (value: AllowanceDraft) => void;
  error: string | undefined;
  testId: string;
};

export function AllowanceField({ label, unit, value, onChange, error, testId }: Props) {
  return (
    <Group gap={8} align="flex-end" wrap="nowrap">
      <TextInput
        label={`${label}${unit ? ` in ${unit}` : ""}`}
        value={value.mode === "quantity" ? value.quantity : ""}
        placeholder={MODES.find((mode) => mode.value === value.mode)?.label}
        disabled={value.mode !== "quantity"}
        onChange={({ currentTarget }) => onChange({ ...value, quantity: currentTarget.value })}
        inputMode="decimal"
        error={error}
        flex={1}
        data-testid={`${testId}-quantity`}
      />
      <SegmentedControl
        size="xs"
        aria-label={label}
        data={MODES}
        value={value.mode}
        onChange={(mode) => onChange({ ...value, mode: mode as AllowanceDraft["mode"] })}
        data-testid={testId}
      />
    </Group>
  );
}
