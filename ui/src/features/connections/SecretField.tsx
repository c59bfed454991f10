import { PasswordInput, Radio, Stack } from "@mantine/core";
import type { SecretDraft } from "./secret";

type Props = {
  value: SecretDraft;
  onChange: (value: SecretDraft) => void;
  description?: string;
  error?: string;
  focus?: boolean;
};

/** A password and where it is kept. It leaves the form when the form closes. */
export function SecretField({ value, onChange, description, error, focus }: Props) {
  return (
    <Stack gap={8}>
      <PasswordInput
        label="Password"
        description={description}
        value={value.text}
        onChange={({ currentTarget }) => onChange({ ...value, text: currentTarget.value })}
        error={error}
        autoComplete="off"
        data-autofocus={focus || undefined}
        data-testid="field-password"
      />
      <Radio.Group
        label="Keep it"
        value={value.keep}
        onChange={(keep) => onChange({ ...value, keep: keep === "run" ? "run" : "keyring" })}
      >
        <Stack gap={6} mt={4}>
          <Radio value="keyring" label="In the keyring of this system" data-testid="keep-keyring" />
          <Radio value="run" label="For this run only: it is forgotten when the program ends" data-testid="keep-run" />
        </Stack>
      </Radio.Group>
    </Stack>
  );
}
