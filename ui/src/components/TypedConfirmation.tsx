import { TextInput } from "@mantine/core";

/** What is typed before a change on production. A fixed word: names of tenants may be in any script. */
export const CONFIRMATION = "PRODUCTION";

type Props = { value: string; onChange: (value: string) => void };

export function TypedConfirmation({ value, onChange }: Props) {
  return (
    <TextInput
      label={`This is production. Type ${CONFIRMATION} to go on.`}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      autoComplete="off"
      data-testid="typed-confirmation"
    />
  );
}
