import type { Level } from "@/generated/bindings";

const LEVELS: Record<Level, string> = { normal: "Normal", warning: "Warning", alert: "Alert" };

export function levelWord(level: Level): string {
  return LEVELS[level];
}

/** A code such as `retry_failed` as words: `Retry failed`. */
export function wordsOf(code: string): string {
  const words = code.replaceAll("_", " ").replaceAll("-", " ").trim();
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : "";
}

const RESETS: Record<string, string> = { day: "Daily", period: "Per period", never: "Never resets" };

export function resetWord(reset: string): string {
  return RESETS[reset] ?? wordsOf(reset);
}

/** `1 event`, `2 events`; the count comes formatted. */
export function plural(count: number, formatted: string, one: string, many: string): string {
  return `${formatted} ${count === 1 ? one : many}`;
}
