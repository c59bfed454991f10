import { wordsOf } from "@/format";

const RULES: Record<string, string> = {
  units: "Quantity at its price",
  tier_units: "Part in the tier at its price",
  tier_flat: "Flat amount of the tier",
  packages: "Whole packages at their price",
  free_event: "Covered by the free allowance",
  event_percent: "Percentage of what is above the free allowance",
  event_fee: "Fixed fee of the event",
  event_minimum: "Up to the least that an event pays",
  event_maximum: "Down to the most that an event pays",
  tier_percent: "Percentage of the part in the tier",
  proration: "Part of the period",
  before: "Billed before in this period, taken off",
  maximum: "Above the maximum of the period, taken off",
  minimum: "Up to the minimum of the period",
  discount: "Discount, taken off",
  tax: "Tax",
  charge: "Charge as it is given",
  credit: "Credit, taken off",
  credit_cap: "Above what was paid, put back",
  wallet: "Paid by prepaid credits",
  days: "Whole local days",
  rounding: "Rounding, once per line, half away from zero",
};

/** What a step of a proof does, in words. */
export function ruleWords(rule: string): string {
  return RULES[rule] ?? wordsOf(rule);
}

const PLACES: Record<string, string> = {
  period: "Counter of the billing period",
  days: "Counters of the local days",
  level: "Level at the ends of the local days",
};

/** Where a counter counts, in words. */
export function placeWords(place: string): string {
  return PLACES[place] ?? wordsOf(place);
}
