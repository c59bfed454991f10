import { type Decimal, divideRounded, parseDecimal, roundTo, trimZeros } from "./decimal";
import { numberLocale } from "./locale";

export const MINUS = "\u2212";
const NARROW_SPACE = "\u202f";

const separators = new Map<string, { decimal: string; whole: Intl.NumberFormat }>();

function separatorsOf(locale: string) {
  let known = separators.get(locale);
  if (!known) {
    const usable = numberLocale(locale);
    const decimal = new Intl.NumberFormat(usable).formatToParts(1.5).find((part) => part.type === "decimal");
    known = { decimal: decimal?.value ?? ".", whole: new Intl.NumberFormat(usable) };
    separators.set(locale, known);
  }
  return known;
}

/** An exact decimal with the locale's separators and a proper minus sign. Keeps every digit it is given. */
export function formatParts(value: Decimal, locale: string): string {
  const { decimal, whole } = separatorsOf(locale);
  const negative = value.units < 0n;
  const magnitude = negative ? -value.units : value.units;
  const base = 10n ** BigInt(value.scale);
  const fraction = value.scale > 0 ? decimal + (magnitude % base).toString().padStart(value.scale, "0") : "";
  return `${negative ? MINUS : ""}${whole.format(magnitude / base)}${fraction}`;
}

/** Every digit; text that is no decimal comes back as it is. */
export function formatExact(text: string, locale: string): string {
  const value = parseDecimal(text);
  return value ? formatParts(trimZeros(value), locale) : text;
}

/** Every digit, with the zeros at the end kept, as amounts want it. */
export function formatAsGiven(text: string, locale: string): string {
  const value = parseDecimal(text);
  return value ? formatParts(value, locale) : text;
}

export function formatCount(count: number, locale: string): string {
  return formatParts({ units: BigInt(Math.trunc(count)), scale: 0 }, locale);
}

const STEPS = [
  { power: 12, letter: "T" },
  { power: 9, letter: "B" },
  { power: 6, letter: "M" },
  { power: 3, letter: "K" },
] as const;

/** Three significant digits from 10,000 (or from `from`) on: `1.24 M`. Smaller values keep two decimals. */
export function formatCompact(text: string, locale: string, from = 1_000_000n): string {
  const value = parseDecimal(text);
  if (!value) return text;
  const magnitude = value.units < 0n ? -value.units : value.units;
  const whole = magnitude / 10n ** BigInt(value.scale);
  if (whole < from) return formatParts(trimZeros(roundTo(value, 2)), locale);
  const step = STEPS.find(({ power }) => whole >= 10n ** BigInt(power));
  if (!step) return formatParts(trimZeros(roundTo(value, 2)), locale);
  const lead = (whole / 10n ** BigInt(step.power)).toString().length;
  const digits = Math.max(0, 3 - lead);
  const divisor = 10n ** BigInt(value.scale + step.power - digits);
  const rounded: Decimal = { units: divideRounded(value.units, divisor), scale: digits };
  return `${formatParts(trimZeros(rounded), locale)}${NARROW_SPACE}${step.letter}`;
}

/** `123.4` as `123.4 %`. The one decimal is already rounded down by the ledger's side. */
export function formatPercent(percent: string, locale: string): string {
  return `${formatAsGiven(percent, locale)}${NARROW_SPACE}%`;
}
