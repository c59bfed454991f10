import { usableLocale } from "./locale";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let known = formats.get(key);
  if (!known) {
    const usable = new Intl.Locale(usableLocale(locale), { numberingSystem: "latn", calendar: "gregory" }).toString();
    try {
      known = new Intl.DateTimeFormat(usable, { ...options, timeZone: zone });
    } catch {
      known = new Intl.DateTimeFormat(usable, { ...options, timeZone: "UTC" });
    }
    formats.set(key, known);
  }
  return known;
}

function instantOf(text: string): Date | null {
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

const MOMENT: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
};

/** An instant in a zone, to the second; text that is no instant comes back as it is. */
export function formatMoment(text: string, zone: string, locale: string): string {
  const instant = instantOf(text);
  return instant ? formatOf(locale, zone, MOMENT).format(instant) : text;
}

export function formatMinute(text: string, zone: string, locale: string): string {
  const instant = instantOf(text);
  const { second: _second, ...options } = MOMENT;
  return instant ? formatOf(locale, zone, options).format(instant) : text;
}

export function formatClock(text: string, zone: string, locale: string): string {
  const instant = instantOf(text);
  if (!instant) return text;
  return formatOf(locale, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(
    instant,
  );
}

/** The day of an instant in a zone. */
export function formatDayOf(text: string, zone: string, locale: string): string {
  const instant = instantOf(text);
  return instant ? formatOf(locale, zone, { year: "numeric", month: "short", day: "numeric" }).format(instant) : text;
}

/** A calendar day `yyyy-mm-dd`, which belongs to no zone. */
export function formatDay(day: string, locale: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? formatDayOf(`${day}T00:00:00Z`, "UTC", locale) : day;
}

export function formatShortDay(day: string, locale: string): string {
  const instant = instantOf(`${day}T00:00:00Z`);
  return instant ? formatOf(locale, "UTC", { month: "short", day: "numeric" }).format(instant) : day;
}

function nextDay(day: string, by: number): string {
  const instant = instantOf(`${day}T00:00:00Z`);
  return instant ? new Date(instant.getTime() + by * 86_400_000).toISOString().slice(0, 10) : day;
}

/** Days `[from, to)` as people say them: a month by its name, otherwise the first and the last day. */
export function formatSpan(from: string, to: string, locale: string): string {
  const last = nextDay(to, -1);
  if (from.endsWith("-01") && to.endsWith("-01") && last.slice(0, 7) === from.slice(0, 7))
    return formatMonth(from.slice(0, 7), locale);
  if (last <= from) return formatDay(from, locale);
  const start = last.slice(0, 4) === from.slice(0, 4) ? formatShortDay(from, locale) : formatDay(from, locale);
  return `${start} \u2013 ${formatDay(last, locale)}`;
}

/** The day twelve calendar months before, at most the last of its month. */
export function twelveMonthsBefore(day: string): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year - 1, month, 0)).getUTCDate();
  return new Date(Date.UTC(year - 1, month - 1, Math.min(date, last))).toISOString().slice(0, 10);
}

/** A month `yyyy-mm`. */
export function formatMonth(month: string, locale: string): string {
  const instant = instantOf(`${month}-01T00:00:00Z`);
  return instant ? formatOf(locale, "UTC", { year: "numeric", month: "short" }).format(instant) : month;
}

/** The last period `[start, end)` day in a zone: the day before the exclusive end. */
export function lastDayBefore(end: string): string {
  const instant = instantOf(end);
  return instant ? new Date(instant.getTime() - 1).toISOString() : end;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** `3 hours ago`, `in 2 days`. */
export function formatRelative(text: string, now: number, locale: string): string {
  const instant = instantOf(text);
  if (!instant) return text;
  const seconds = Math.round((instant.getTime() - now) / 1_000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const format = new Intl.RelativeTimeFormat(usableLocale(locale), { numeric: "always", style: "short" });
  return format.format(Math.trunc(seconds / size), unit);
}
