import { Button, SegmentedControl } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useAccess } from "@/app/access";
import { DialogActions, FormFailure, ReasonField, TypedConfirmation, ZonedField } from "@/components";
import { useFormat } from "@/format";
import type { RunPreview, RunRequest } from "@/generated/bindings";
import { useHost } from "@/host";
import classes from "./invoices.module.css";
import { RunEffect } from "./RunEffect";
import { useRunJob } from "./run-job";
import { runVerb } from "./run-verb";

type Shown = { request: RunRequest; preview: RunPreview };

const MODES = [
  { value: "finalize", label: "Finalize what may be finalized" },
  { value: "draft", label: "Make drafts only" },
];

/** What is to be run; then what the run would do, in figures; then the run. */
export function RunForm({ onClose }: { onClose: () => void }) {
  const host = useHost();
  const format = useFormat();
  const { production, word } = useAccess();
  const { run } = useRunJob();
  const [until, setUntil] = useState<string | null>(null);
  const [mode, setMode] = useState("finalize");
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState<Shown | null>(null);
  const look = useMutation({
    mutationFn: async (asked: RunRequest): Promise<Shown> => {
      const preview = await host.runPreview(asked);
      // What is run is what was shown: no period that ends while somebody reads.
      return { request: { ...asked, until: preview.until }, preview };
    },
    onSuccess: setShown,
  });
  const fieldError = (field: string) => (look.error?.field === field ? look.error.message : undefined);
  const general = look.error && !["until", "reason"].includes(look.error.field ?? "") ? look.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (shown) void run(shown.request);
    else look.mutate({ until, tenant_ids: [], finalize: mode === "finalize", reason: reason.trim() });
  };
  const nothing = shown !== null && shown.preview.finalize + shown.preview.draft + shown.preview.held === 0;
  return (
    <form onSubmit={submit} className={classes.run} data-testid="run" data-step={shown ? "preview" : "form"}>
      {shown ? (
        <RunEffect preview={shown.preview} />
      ) : (
        <>
          <p className={classes.text}>
            Bills every period that has ended and has no invoice yet, and makes drafts anew from the ledger as it
            stands. What an earlier run has finalized is not touched.
          </p>
          <SegmentedControl
            size="xs"
            aria-label="What the run does"
            data={MODES}
            value={mode}
            onChange={setMode}
            data-testid="run-mode"
          />
          <ZonedField
            label="Periods that ended by"
            zone="UTC"
            placeholder="Now"
            value={until}
            onChange={setUntil}
            error={fieldError("until")}
          />
          <ReasonField value={reason} onChange={setReason} error={fieldError("reason")} />
        </>
      )}
      {shown && production && !nothing && <TypedConfirmation value={typed} onChange={setTyped} />}
      <DialogActions failure={general && <FormFailure error={general} />}>
        <Button variant="default" onClick={shown ? () => setShown(null) : onClose}>
          {shown ? "Back" : "Cancel"}
        </Button>
        <Button
          type="submit"
          loading={look.isPending}
          disabled={shown ? nothing || (production && typed.trim() !== word) : !reason.trim()}
          data-testid={shown ? "run-act" : "run-preview"}
        >
          {shown ? runVerb(shown.preview, format) : "Preview"}
        </Button>
      </DialogActions>
    </form>
  );
}
