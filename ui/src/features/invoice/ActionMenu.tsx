import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useAccess } from "@/app/access";
import type { InvoiceView } from "@/generated/bindings";
import { ACTIONS, type ActionName, refusalOf } from "./actions";
import classes from "./invoice.module.css";

type Props = { view: InvoiceView; onChoose: (name: ActionName) => void };

/** Everything that may be done with an invoice. What may not be done says why. */
export function ActionMenu({ view, onChoose }: Props) {
  const { why } = useAccess();
  return (
    <Menu position="bottom-end" width={320}>
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={13} />} data-testid="invoice-actions">
          Actions
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ACTIONS.map(({ name, verb, tone }) => {
          const refused = why ?? refusalOf(view, name);
          return (
            <Menu.Item
              key={name}
              disabled={refused !== null}
              className={refused === null ? undefined : classes.closed}
              color={tone === "danger" && refused === null ? "red" : undefined}
              onClick={() => onChoose(name)}
              data-testid={`action-${name}`}
            >
              {verb}
              {refused !== null && <span className={classes.refused}>{refused}</span>}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
