import { Tooltip, UnstyledButton } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import type { ReactNode } from "react";
import classes from "./figure.module.css";

type Props = {
  /** The exact raw value of the ledger: what is copied and what tests compare. */
  value: string;
  /** What stands on screen. */
  children: ReactNode;
  /** What the hover shows; the exact value by default. */
  exact?: string;
  testId?: string;
  size?: "text" | "big";
};

/** A figure: rounded in place, exact on hover, copied with a click. */
export function Figure({ value, children, exact, testId, size = "text" }: Props) {
  const clipboard = useClipboard({ timeout: 900 });
  return (
    <Tooltip label={clipboard.copied ? "Copied" : `${exact ?? value} · click to copy`}>
      <UnstyledButton
        className={`${size === "big" ? classes.big : classes.figure} tabular`}
        onClick={(event) => {
          event.stopPropagation();
          clipboard.copy(value);
        }}
        data-testid={testId}
        data-figure={value}
      >
        {children}
      </UnstyledButton>
    </Tooltip>
  );
}
