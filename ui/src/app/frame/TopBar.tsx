import { UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { ImportIndicator } from "@/features/import/ImportIndicator";
import { RunIndicator } from "@/features/invoices/RunIndicator";
import { palette } from "../palette/store";
import { DatabaseMenu } from "./DatabaseMenu";
import { Freshness } from "./Freshness";
import classes from "./frame.module.css";
import { PeriodPicker } from "./PeriodPicker";

export function TopBar() {
  return (
    <section className={classes.top} aria-label="Top bar">
      <DatabaseMenu />
      <PeriodPicker />
      <UnstyledButton className={classes.search} onClick={() => palette.open()} data-testid="palette-open">
        <IconSearch size={14} aria-hidden />
        Search
        <kbd className={`${classes.keys} mono`}>Ctrl K</kbd>
      </UnstyledButton>
      <ImportIndicator />
      <RunIndicator />
      <Freshness />
    </section>
  );
}
