import { TextInput } from "@mantine/core";
import { useAccess } from "@/app/access";

type Props = { value: string; onChange: (value: string) => void };

/** What is typed before a change on production: the database's own name, so that nobody types it for another one. */
export function TypedConfirmation({ value, onChange }: Props) {
  const { word } = useAccess();
  return (
    <TextInput
      label={
        <>
          This is production. Type <bdi>{word}</bdi> to go on.
        </>
      }
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      autoComplete="off"
      data-testid="typed-confirmation"
    />
  );
}
