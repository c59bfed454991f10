import type { Level } from "@/generated/bindings";
import { randomFrom } from "./random";

const DIGITS: Record<string, number> = { JPY: 0, KWD: 3 };

export function minorDigits(currency: string): number {
  return DIGITS[currency] ?? 2;
}

/** An amount with the currency's digits. */
export function amountOf(value: number, currency: string): string {
  return value.toFixed(minorDigits(currency));
}

/** One decimal, rounded down. */
export function percentOf(used: number, base: number): string {
  return (Math.floor((used * 1_000) / base) / 10).toFixed(1);
}

export function levelOf(used: number, base: number | null): Level {
  if (base === null) return "normal";
  if (base === 0) return used > 0 ? "alert" : "normal";
  if (used >= base) return "alert";
  return used * 100 >= base * 80 ? "warning" : "normal";
}

const RANK: Record<Level, number> = { normal: 0, warning: 1, alert: 2 };

export function highest(levels: readonly Level[]): Level {
  return levels.reduce<Level>((top, next) => (RANK[next] > RANK[top] ? next : top), "normal");
}

/** A well-formed id that is a function of its number. */
export function idOf(prefix: string, index: number): string {
  const random = randomFrom(index + prefix.charCodeAt(0) * 1_000_003);
  const hex = (length: number) => Array.from({ length }, () => random.integer(16).toString(16)).join("");
  return `${prefix}_${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

export function daysAgo(days: number, now = Date.now()): string {
  return new Date(now - days * 86_400_000).toISOString();
}

export function dayText(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
