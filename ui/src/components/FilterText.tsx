import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import classes from "./filters.module.css";

type Props = {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  width?: number;
  testId?: string;
  /** The one that `/` goes to. */
  first?: "first";
};

/** A text filter: what is typed shows at once, the list follows a moment later. */
export function FilterText({ label, value, onChange, width = 150, testId, first }: Props) {
  const [text, setText] = useState(value ?? "");
  const report = useDebouncedCallback((next: string) => onChange(next === "" ? undefined : next), 120);
  useEffect(() => setText(value ?? ""), [value]);
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        report(currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
      }}
      leftSection={first ? <IconSearch size={14} aria-hidden /> : undefined}
      className={value ? classes.set : undefined}
      w={width}
      data-testid={testId}
      {...(first ? { "data-filter-input": "" } : {})}
    />
  );
}
