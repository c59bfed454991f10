import { createContext, type ReactNode, useContext, useMemo } from "react";
import { formatAmount, formatMoney } from "./money";
import { formatCompact, formatCount, formatExact, formatPercent } from "./number";
import { exactQuantity, formatFigure, formatQuantity, formatSize } from "./quantity";
import {
  formatClock,
  formatDay,
  formatDayOf,
  formatMinute,
  formatMoment,
  formatMonth,
  formatRelative,
  formatShortDay,
  formatSpan,
} from "./time";

function formatterFor(locale: string) {
  return {
    locale,
    exact: (text: string) => formatExact(text, locale),
    compact: (text: string) => formatCompact(text, locale),
    count: (count: number) => formatCount(count, locale),
    percent: (percent: string) => formatPercent(percent, locale),
    money: (amount: string, currency: string) => formatMoney(amount, currency, locale),
    amount: (amount: string) => formatAmount(amount, locale),
    figure: (quantity: string, unit: string) => formatFigure(quantity, unit, locale),
    quantity: (quantity: string, unit: string) => formatQuantity(quantity, unit, locale),
    exactQuantity: (quantity: string, unit: string) => exactQuantity(quantity, unit, locale),
    size: (bytes: string) => formatSize(bytes, locale),
    moment: (instant: string, zone: string) => formatMoment(instant, zone, locale),
    minute: (instant: string, zone: string) => formatMinute(instant, zone, locale),
    clock: (instant: string, zone: string) => formatClock(instant, zone, locale),
    dayOf: (instant: string, zone: string) => formatDayOf(instant, zone, locale),
    day: (day: string) => formatDay(day, locale),
    shortDay: (day: string) => formatShortDay(day, locale),
    span: ({ from, to }: { from: string; to: string }) => formatSpan(from, to, locale),
    month: (month: string) => formatMonth(month, locale),
    relative: (instant: string, now: number) => formatRelative(instant, now, locale),
  };
}

export type Formatter = ReturnType<typeof formatterFor>;

const FormatContext = createContext<Formatter>(formatterFor("en-US"));

/** The formatters of the session's locale, or of the one chosen in Settings. */
export function FormatProvider({ locale, children }: { locale: string; children: ReactNode }) {
  const formatter = useMemo(() => formatterFor(locale), [locale]);
  return <FormatContext value={formatter}>{children}</FormatContext>;
}

export function useFormat(): Formatter {
  return useContext(FormatContext);
}
