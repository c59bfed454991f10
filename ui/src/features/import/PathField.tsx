import { Button, TextInput } from "@mantine/core";
import { IconFolderOpen } from "@tabler/icons-react";
import { useState } from "react";
import { FormFailure } from "@/components";
import { HostError, useHost } from "@/host";
import classes from "./import.module.css";

type Props = {
  label: string;
  description?: string;
  value: string;
  onChange: (path: string) => void;
  testId: string;
  need?: "required" | "optional";
};

/** A file of this machine: typed, or chosen in the desktop's own dialog. */
export function PathField({ label, description, value, onChange, testId, need = "required" }: Props) {
  const host = useHost();
  const [error, setError] = useState<HostError | null>(null);
  const choose = async () => {
    try {
      setError(null);
      const path = await host.chooseFile();
      if (path) onChange(path);
    } catch (thrown) {
      setError(HostError.from(thrown));
    }
  };
  return (
    <div>
      <div className={classes.file}>
        <TextInput
          label={label}
          placeholder="Path of the file"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          title={value}
          flex={1}
          required={need === "required"}
          data-testid={testId}
        />
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={15} />}
          onClick={() => void choose()}
          aria-label={`Choose: ${label}`}
          data-testid={`${testId}-choose`}
        >
          Choose
        </Button>
      </div>
      {description && <div className={classes.hint}>{description}</div>}
      {error && <FormFailure error={error} />}
    </div>
  );
}
