import { Checkbox, TextInput } from "@mantine/core";
import { isNegative, isZero, useFormat } from "@/format";
import type { CreditPart, InvoiceLine } from "@/generated/bindings";
import classes from "./invoice.module.css";

type Props = {
  lines: readonly InvoiceLine[];
  currency: string;
  value: readonly CreditPart[];
  onChange: (parts: CreditPart[]) => void;
  error: string | undefined;
};

/** Lines to credit, whole or in part, of those that were charged (a discount has nothing to give back), and an amount that is about no line. */
export function CreditParts({ lines, currency, value, onChange, error }: Props) {
  const format = useFormat();
  const free = value.find(({ line_no }) => line_no === null);
  const others = (line: number | null) => value.filter(({ line_no }) => line_no !== line);
  const set = (part: CreditPart) =>
    onChange(
      [...others(part.line_no), part].sort(
        (a, b) => (a.line_no ?? Number.MAX_SAFE_INTEGER) - (b.line_no ?? Number.MAX_SAFE_INTEGER),
      ),
    );
  return (
    <fieldset className={classes.parts}>
      <legend className="visually-hidden">What is credited</legend>
      {lines
        .filter(({ counts, amount }) => counts && !isZero(amount) && !isNegative(amount))
        .map(({ no, description, amount }) => {
          const part = value.find(({ line_no }) => line_no === no);
          return (
            <div key={no} className={classes.part}>
              <Checkbox
                checked={part !== undefined}
                onChange={({ currentTarget }) =>
                  currentTarget.checked ? set({ line_no: no, amount: null, description: null }) : onChange(others(no))
                }
                label={<bdi>{description}</bdi>}
                data-testid={`credit-line-${no}`}
              />
              <span className="tabular dim" data-figure={amount}>
                {format.amount(amount)}
              </span>
              <TextInput
                aria-label={`Net amount to credit of line ${no} in ${currency}`}
                placeholder="All that is left"
                value={part?.amount ?? ""}
                disabled={!part}
                onChange={({ currentTarget }) =>
                  set({ line_no: no, amount: currentTarget.value.trim() || null, description: null })
                }
                inputMode="decimal"
                w={128}
                data-testid={`credit-amount-${no}`}
              />
            </div>
          );
        })}
      <div className={classes.part}>
        <TextInput
          aria-label="What the credit note says of an amount that is about no line"
          placeholder="About no line: what the credit note says"
          value={free?.description ?? ""}
          onChange={({ currentTarget }) =>
            set({ line_no: null, amount: free?.amount ?? null, description: currentTarget.value || null })
          }
          data-testid="credit-free-description"
        />
        <span />
        <TextInput
          aria-label={`Net amount about no line in ${currency}`}
          placeholder={`Net in ${currency}`}
          value={free?.amount ?? ""}
          onChange={({ currentTarget }) => {
            const amount = currentTarget.value.trim() || null;
            if (!amount && !free?.description) onChange(others(null));
            else set({ line_no: null, amount, description: free?.description ?? null });
          }}
          inputMode="decimal"
          w={128}
          data-testid="credit-free-amount"
        />
      </div>
      {error && (
        <p className={classes.partError} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
