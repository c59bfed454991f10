import { Textarea } from "@mantine/core";

type Props = { value: string; onChange: (value: string) => void; error: string | undefined };

/** Why, for the audit log. */
export function ReasonField({ value, onChange, error }: Props) {
  return (
    <Textarea
      label="Reason"
      description="Goes to the audit log with your name."
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={error}
      required
      autosize
      minRows={2}
      maxRows={5}
      data-testid="field-reason"
    />
  );
}
