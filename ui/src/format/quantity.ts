import { divideRounded, parseDecimal, roundTo, trimZeros } from "./decimal";
import { formatCompact, formatExact, formatParts } from "./number";

const SECONDS = new Set(["s", "sec", "second", "seconds"]);
const BYTES = new Set(["b", "byte", "bytes"]);
const SIZE_UNITS = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** What kind of figure a unit gives: time and storage are read in other units than they are metered in. */
export function unitKind(unit: string): "duration" | "size" | "plain" {
  const known = unit.toLowerCase();
  if (SECONDS.has(known)) return "duration";
  return BYTES.has(known) ? "size" : "plain";
}

/** How a unit of the ledger reads on screen: time is metered in seconds and read in minutes, storage in bytes. */
export function unitLabel(unit: string): string {
  const kind = unitKind(unit);
  if (kind === "duration") return "min";
  return kind === "size" ? "" : unit;
}

/** Bytes as `12.3 MB`, steps of 1,024. */
export function formatSize(bytes: string, locale: string): string {
  const value = parseDecimal(bytes);
  if (!value) return bytes;
  const magnitude = value.units < 0n ? -value.units : value.units;
  let step = 0;
  while (step < SIZE_UNITS.length - 1 && magnitude >= 1024n ** BigInt(step + 1) * 10n ** BigInt(value.scale)) step += 1;
  const divisor = 1024n ** BigInt(step) * 10n ** BigInt(value.scale);
  const digits = step === 0 ? 0 : 1;
  const rounded = { units: divideRounded(value.units * 10n ** BigInt(digits), divisor), scale: digits };
  return `${formatParts(trimZeros(rounded), locale)}\u202f${SIZE_UNITS[step]}`;
}

/** Seconds as minutes, at most two decimals. */
export function formatMinutes(seconds: string, locale: string): string {
  const value = parseDecimal(seconds);
  if (!value) return seconds;
  const hundredths = { units: divideRounded(value.units * 100n, 60n * 10n ** BigInt(value.scale)), scale: 2 };
  const whole = hundredths.units < 0n ? -hundredths.units : hundredths.units;
  const shown = whole >= 1_000_000n ? roundTo(hundredths, 0) : hundredths;
  return formatParts(trimZeros(shown), locale);
}

/** The figure without its unit, rounded for reading in place. */
export function formatFigure(quantity: string, unit: string, locale: string): string {
  const kind = unitKind(unit);
  if (kind === "duration") return formatMinutes(quantity, locale);
  return kind === "size" ? formatSize(quantity, locale) : formatCompact(quantity, locale);
}

/** The figure with its unit, rounded for reading in place. */
export function formatQuantity(quantity: string, unit: string, locale: string): string {
  const label = unitLabel(unit);
  const figure = formatFigure(quantity, unit, locale);
  return label ? `${figure}\u00a0${label}` : figure;
}

/** What stands in the hover: every digit in the unit of the ledger. */
export function exactQuantity(quantity: string, unit: string, locale: string): string {
  const kind = unitKind(unit);
  const name = kind === "duration" ? "s" : kind === "size" ? "B" : unit;
  return `${formatExact(quantity, locale)}\u00a0${name}`.trim();
}
