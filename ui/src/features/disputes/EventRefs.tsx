import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { EventRef } from "@/generated/bindings";
import classes from "./disputes.module.css";

type Props = { value: readonly EventRef[]; onChange: (events: EventRef[]) => void; error: string | undefined };

/** Events in question, each by its source and key. */
export function EventRefs({ value, onChange, error }: Props) {
  const set = (at: number, part: Partial<EventRef>) =>
    onChange(value.map((event, place) => (place === at ? { ...event, ...part } : event)));
  return (
    <fieldset className={classes.events}>
      <legend>Events in question</legend>
      {value.map(({ source, key }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place until it is sent
        <div key={at} className={classes.event}>
          <TextInput
            aria-label={`Source of event ${at + 1}`}
            placeholder="Source"
            value={source}
            onChange={({ currentTarget }) => set(at, { source: currentTarget.value })}
            w={180}
          />
          <TextInput
            aria-label={`Key of event ${at + 1}`}
            placeholder="Key"
            value={key}
            onChange={({ currentTarget }) => set(at, { key: currentTarget.value })}
            flex={1}
          />
          <ActionIcon
            aria-label={`Remove event ${at + 1}`}
            onClick={() => onChange(value.filter((_, place) => place !== at))}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
      {error && (
        <p className={classes.error} role="alert">
          {error}
        </p>
      )}
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<IconPlus size={13} />}
        onClick={() => onChange([...value, { source: "", key: "" }])}
        data-testid="dispute-add-event"
      >
        Add event
      </Button>
    </fieldset>
  );
}
