import type { Formatter } from "@/format";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Where a counter counts: a day, or days with the first one after them, in the reader's form; else as it is said. */
export function placeWords(place: string, format: Formatter): string {
  const [from, to, ...rest] = place.split(" - ");
  if (!from || !DAY.test(from) || rest.length > 0) return place;
  if (to === undefined) return format.day(from);
  return DAY.test(to) ? format.span({ from, to }) : place;
}
