import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { wordsOf } from "@/format";
import type { JournalAccount } from "@/generated/bindings";
import classes from "./settings.module.css";

const NAMES = [
  "receivable",
  "tax",
  "prepaid",
  "bank",
  "bad_debt",
  "fee",
  "usage",
  "late",
  "maximum",
  "minimum",
  "discount",
  "coupon",
  "item",
];

type Props = {
  value: readonly JournalAccount[];
  onChange: (accounts: JournalAccount[]) => void;
  error: string | undefined;
};

/** Which account of the company's books the journal names for what. */
export function Accounts({ value, onChange, error }: Props) {
  const set = (at: number, part: Partial<JournalAccount>) =>
    onChange(value.map((account, place) => (place === at ? { ...account, ...part } : account)));
  const free = NAMES.filter((name) => !value.some((account) => account.name === name));
  return (
    <fieldset className={classes.accounts}>
      <legend>Accounts of the journal</legend>
      {value.map(({ name, account }, at) => (
        <div key={name} className={classes.account}>
          <Select
            aria-label={`What account ${at + 1} is for`}
            data={[name, ...free].map((code) => ({ value: code, label: wordsOf(code) }))}
            value={name}
            onChange={(next) => next && set(at, { name: next })}
            allowDeselect={false}
            w={180}
          />
          <TextInput
            aria-label={`Account for ${wordsOf(name)}`}
            placeholder="Number in the books"
            value={account}
            onChange={({ currentTarget }) => set(at, { account: currentTarget.value })}
            flex={1}
          />
          <ActionIcon
            aria-label={`Remove the account for ${wordsOf(name)}`}
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
      {free[0] && (
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<IconPlus size={13} />}
          onClick={() => onChange([...value, { name: free[0] as string, account: "" }])}
        >
          Add account
        </Button>
      )}
    </fieldset>
  );
}
