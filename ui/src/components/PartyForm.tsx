import { Textarea, TextInput } from "@mantine/core";
import type { PartyFields } from "@/generated/bindings";
import type { ErrorOf } from "./ChangeDialog";

type Props = {
  value: PartyFields;
  onChange: (party: PartyFields) => void;
  errorOf: ErrorOf;
  /** What an empty name stands for. */
  namePlaceholder?: string;
};

/** Somebody on a document: name, address, tax id. The parts stand in the grid of the form around them. */
export function PartyForm({ value, onChange, errorOf, namePlaceholder }: Props) {
  const change = (part: Partial<PartyFields>) => onChange({ ...value, ...part });
  return (
    <>
      <TextInput
        label="Name"
        placeholder={namePlaceholder}
        value={value.name}
        onChange={({ currentTarget }) => change({ name: currentTarget.value })}
        error={errorOf("name")}
        data-testid="field-name"
      />
      <TextInput
        label="E-mail"
        value={value.email ?? ""}
        onChange={({ currentTarget }) => change({ email: currentTarget.value || null })}
        error={errorOf("email")}
      />
      <Textarea
        label="Address"
        description="A line each, at most 6."
        inputWrapperOrder={["label", "input", "description", "error"]}
        value={(value.address ?? []).join("\n")}
        onChange={({ currentTarget }) =>
          change({ address: currentTarget.value === "" ? [] : currentTarget.value.split("\n") })
        }
        error={errorOf("address")}
        autosize
        minRows={3}
        maxRows={6}
      />
      <div style={{ display: "grid", gap: 12, alignContent: "start" }}>
        <TextInput
          label="Tax id"
          value={value.tax_id ?? ""}
          onChange={({ currentTarget }) => change({ tax_id: currentTarget.value || null })}
          error={errorOf("tax_id")}
        />
        <TextInput
          label="Country, two letters"
          value={value.country ?? ""}
          onChange={({ currentTarget }) => change({ country: currentTarget.value.toUpperCase() || null })}
          error={errorOf("country")}
          maxLength={2}
        />
      </div>
    </>
  );
}
