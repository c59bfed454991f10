import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useAccess } from "@/app/access";
import type { Change } from "@/generated/bindings";
import { HostError } from "@/host";
import { ChangeEffects } from "./ChangeEffects";
import classes from "./change.module.css";
import { DialogActions } from "./DialogActions";
import { FormFailure } from "./FormFailure";
import { TypedConfirmation } from "./TypedConfirmation";

/** Says what is wrong with a field, as the program found it. */
export type ErrorOf = (field: string) => string | undefined;

type Props<Request> = {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What the last button says: a verb and its object. */
  verb: string;
  tone?: "normal" | "danger";
  testId: string;
  /** In pixels; forms with a table are wider. */
  size?: number;
  /** The request as the form stands; null while something is missing. */
  request: Request | null;
  /** Fields that `form` shows errors at; an error of another field is shown above the buttons. */
  fields: readonly string[];
  form: (errorOf: ErrorOf) => ReactNode;
  preview: (request: Request) => Promise<Change>;
  act: (request: Request, fingerprint: string) => Promise<Change>;
};

type Previewed<Request> = { request: Request; change: Change };

/** A change: form, effect in figures, act. The act does what the preview showed or refuses. */
export function ChangeDialog<Request>(props: Props<Request>) {
  const {
    opened,
    onClose,
    title,
    verb,
    tone = "normal",
    testId,
    size = 560,
    request,
    fields,
    form,
    preview,
    act,
  } = props;
  const client = useQueryClient();
  const { production, word, beside } = useAccess();
  const doneWords = beside ? "Kept in the file beside the snapshot." : "Done and written to the audit log.";
  const [shown, setShown] = useState<Previewed<Request> | null>(null);
  const [error, setError] = useState<HostError | null>(null);
  const [busy, setBusy] = useState(false);
  const [typed, setTyped] = useState("");

  const reset = () => {
    setShown(null);
    setError(null);
    setTyped("");
  };
  const close = () => {
    if (busy) return;
    reset();
    onClose();
  };

  const look = async (wanted: Request) => {
    setShown({ request: wanted, change: await preview(wanted) });
    setTyped("");
  };

  const guarded = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      const failure = HostError.from(thrown);
      setError(failure);
      // The figures moved since they were shown: show the new ones, and let the person decide again.
      if (failure.code === "preview_outdated" && shown) await look(shown.request).catch(() => setShown(null));
      else if (failure.field) setShown(null);
    } finally {
      setBusy(false);
    }
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!shown) {
      if (request) void guarded(() => look(request));
      return;
    }
    void guarded(async () => {
      const done = await act(shown.request, shown.change.fingerprint);
      notifications.show({ title: done.title, message: doneWords, color: "green" });
      reset();
      onClose();
      await client.invalidateQueries();
    });
  };

  const errorOf: ErrorOf = (field) => (error?.field === field ? error.message : undefined);
  const general = error && !(error.field && fields.includes(error.field) && !shown) ? error : null;
  const confirmed = !production || typed.trim() === word;
  return (
    <Modal opened={opened} onClose={close} title={title} size={size} closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={submit} className={classes.form} data-testid={testId} data-step={shown ? "preview" : "form"}>
        {shown ? <ChangeEffects change={shown.change} /> : form(errorOf)}
        {shown && production && <TypedConfirmation value={typed} onChange={setTyped} />}
        <DialogActions failure={general && <FormFailure error={general} />}>
          <Button variant="default" onClick={shown ? reset : close} disabled={busy}>
            {shown ? "Back" : "Cancel"}
          </Button>
          <Button
            type="submit"
            loading={busy}
            disabled={shown ? !confirmed : request === null}
            color={shown && tone === "danger" ? "red" : undefined}
            data-testid={shown ? `${testId}-act` : `${testId}-preview`}
          >
            {shown ? verb : "Preview"}
          </Button>
        </DialogActions>
      </form>
    </Modal>
  );
}
