import { Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./filters.module.css";

type Props = { children: ReactNode; onClear?: (() => void) | undefined; views?: ReactNode };

/** The filters above a table; they are part of the address. */
export function FilterRow({ children, onClear, views }: Props) {
  return (
    <section className={classes.row} aria-label="Filters">
      {children}
      {onClear && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} />}
          onClick={onClear}
          data-testid="filter-clear"
        >
          Clear
        </Button>
      )}
      {views && <span className={classes.views}>{views}</span>}
    </section>
  );
}
