import { Checkbox } from "@mantine/core";

export type Option<Name extends string> = { name: Name; label: string; text: string };

type Props<Name extends string> = {
  options: readonly Option<Name>[];
  value: Partial<Record<Name, boolean>>;
  onChange: (part: Partial<Record<Name, boolean>>) => void;
};

/** What may be asked of an import besides, each with what it does. */
export function Options<Name extends string>({ options, value, onChange }: Props<Name>) {
  return options.map(({ name, label, text }) => (
    <Checkbox
      key={name}
      size="xs"
      label={label}
      description={text}
      checked={value[name] ?? false}
      onChange={({ currentTarget }) => onChange({ [name]: currentTarget.checked } as Partial<Record<Name, boolean>>)}
      data-testid={`import-${name}`}
    />
  ));
}
