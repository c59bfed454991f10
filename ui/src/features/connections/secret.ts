import type { SecretInput } from "@/generated/bindings";

/** Codes that a password helps against: there is none, it is wrong, or the keyring cannot give it. */
const ASKS = new Set(["password_missing", "login_refused", "secret_missing"]);

export const isKeyringCode = (code: string) => code.startsWith("keyring_");

export const asksForPassword = (code: string) => ASKS.has(code) || isKeyringCode(code);

export type SecretDraft = { text: string; keep: SecretInput["keep"] };

export const NO_SECRET: SecretDraft = { text: "", keep: "keyring" };

/** What is sent; null while nothing is typed. */
export function secretOf({ text, keep }: SecretDraft): SecretInput | null {
  return text === "" ? null : { text, keep };
}
