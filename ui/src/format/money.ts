import { parseDecimal } from "./decimal";
import { numberLocale } from "./locale";
import { formatAsGiven, formatParts, MINUS } from "./number";

const patterns = new Map<string, Intl.NumberFormatPart[] | null>();

function patternOf(currency: string, locale: string): Intl.NumberFormatPart[] | null {
  const key = `${locale} ${currency}`;
  let known = patterns.get(key);
  if (known === undefined) {
    try {
      known = new Intl.NumberFormat(numberLocale(locale), { style: "currency", currency }).formatToParts(1);
    } catch {
      known = null;
    }
    patterns.set(key, known);
  }
  return known;
}

/**
 * An amount with its currency where the locale puts it. The digits are those of the ledger: nothing is rounded here,
 * so that what stands on screen can be added up by hand.
 */
export function formatMoney(amount: string, currency: string, locale: string): string {
  const value = parseDecimal(amount);
  if (!value) return `${amount} ${currency}`;
  const digits = formatParts({ units: value.units < 0n ? -value.units : value.units, scale: value.scale }, locale);
  const parts = patternOf(currency, locale);
  if (!parts) return `${value.units < 0n ? MINUS : ""}${digits} ${currency}`;
  let placed = false;
  let text = "";
  for (const part of parts) {
    if (part.type === "integer" && !placed) {
      text += digits;
      placed = true;
    } else if (part.type === "currency" || part.type === "literal") text += part.value;
  }
  return `${value.units < 0n ? MINUS : ""}${text}`;
}

/** The digits alone, for columns whose head names the currency. */
export function formatAmount(amount: string, locale: string): string {
  return formatAsGiven(amount, locale);
}
