import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { TypedConfirmation } from "@/components";
import { useImportJob } from "./job";

type Props = {
  /** Whether the form has all that it needs. */
  complete: boolean;
  onRun: () => void;
};

/** A dry run, which is what Enter does, or the import. */
export function RunButtons({ complete, onRun }: Props) {
  const { job } = useImportJob();
  const { writable, production, why, word } = useAccess();
  const [typed, setTyped] = useState("");
  const running = job.state === "running";
  return (
    <>
      {production && <TypedConfirmation value={typed} onChange={setTyped} />}
      <Group justify="flex-end" gap={8}>
        <Button type="submit" variant="default" disabled={!complete || running} data-testid="import-dry-run">
          Dry run
        </Button>
        <Button
          disabled={!complete || running || !writable || (production && typed.trim() !== word)}
          title={why ?? undefined}
          onClick={onRun}
          data-testid="import-run"
        >
          Import
        </Button>
      </Group>
    </>
  );
}
