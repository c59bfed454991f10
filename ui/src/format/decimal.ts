// Exact arithmetic on decimal strings: amounts and quantities never become floating-point numbers on their way to
// the screen. `toApproximate` is the one exception and is for the geometry of bars and charts only.

/** A decimal taken apart: `units` counts steps of 10^-scale. */
export type Decimal = { units: bigint; scale: number };

const SHAPE = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Reads `-123.450`; null when the text is no plain decimal. */
export function parseDecimal(text: string): Decimal | null {
  const match = SHAPE.exec(text.trim());
  if (!match) return null;
  const [, sign, whole = "0", fraction = ""] = match;
  const units = BigInt(whole + fraction);
  return { units: sign === "-" ? -units : units, scale: fraction.length };
}

export function toText({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale);
  return `${units < 0n ? "-" : ""}${whole}${scale > 0 ? `.${fraction}` : ""}`;
}

function atScale(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

export function compareDecimals(left: string, right: string): number {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  if (!a || !b) return a ? 1 : b ? -1 : 0;
  const scale = Math.max(a.scale, b.scale);
  const difference = atScale(a, scale) - atScale(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `left - right`, exact; the text of `left` when either is no decimal. */
export function subtract(left: string, right: string): string {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  if (!a || !b) return left;
  const scale = Math.max(a.scale, b.scale);
  return toText({ units: atScale(a, scale) - atScale(b, scale), scale });
}

/** Sum of decimals of one unit; what is no decimal counts as zero. */
export function sum(values: readonly string[]): string {
  let total: Decimal = { units: 0n, scale: 0 };
  for (const value of values) {
    const next = parseDecimal(value);
    if (!next) continue;
    const scale = Math.max(total.scale, next.scale);
    total = { units: atScale(total, scale) + atScale(next, scale), scale };
  }
  return toText(total);
}

export function isZero(text: string): boolean {
  return parseDecimal(text)?.units === 0n;
}

export function isNegative(text: string): boolean {
  return (parseDecimal(text)?.units ?? 0n) < 0n;
}

/** `units / divisor` rounded half away from zero. */
export function divideRounded(units: bigint, divisor: bigint): bigint {
  const negative = units < 0n;
  const magnitude = negative ? -units : units;
  const rounded = (magnitude + divisor / 2n) / divisor;
  return negative ? -rounded : rounded;
}

/** Rounds half away from zero to at most `digits` decimals. */
export function roundTo(value: Decimal, digits: number): Decimal {
  if (value.scale <= digits) return value;
  return { units: divideRounded(value.units, 10n ** BigInt(value.scale - digits)), scale: digits };
}

/** Drops zeros at the end of the fraction, down to `keep` decimals. */
export function trimZeros(value: Decimal, keep = 0): Decimal {
  let { units, scale } = value;
  while (scale > keep && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  return { units, scale };
}

/** For bars, charts and nothing else. */
export function toApproximate(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : 0;
}
