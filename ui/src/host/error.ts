import type { WireError } from "@/generated/bindings";

/** What every call of the host throws: the wire error as an exception. Screens decide by `code`, never by text. */
export class HostError extends Error implements WireError {
  readonly code: string;
  readonly field: string | null;
  readonly line: number | null;
  readonly detail: string | null;

  constructor(wire: WireError) {
    super(wire.message);
    this.name = "HostError";
    this.code = wire.code;
    this.field = wire.field;
    this.line = wire.line;
    this.detail = wire.detail;
  }

  /** Anything thrown, as a HostError: a broken bridge is an error like any other. */
  static from(thrown: unknown): HostError {
    if (thrown instanceof HostError) return thrown;
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return new HostError({
      code: "window_failed",
      message: "The window could not talk to the program behind it. Nothing was changed by this. Try again.",
      field: null,
      line: null,
      detail,
    });
  }
}
