export { axisOf } from "./axis";
export { FormatProvider, type Formatter, useFormat } from "./context";
export { compareDecimals, isNegative, isZero, subtract, sum, toApproximate } from "./decimal";
export { usableLocale } from "./locale";
export { unitLabel } from "./quantity";
export { lastDayBefore, twelveMonthsBefore } from "./time";
export { levelWord, plural, resetWord, wordsOf } from "./words";
export { instantInZone, wallInZone } from "./zone";
