import { describe, expect, it } from "vitest";
import type { Formatter } from "@/format";
import { placeWords } from "./place";

const format = {
  day: (day: string) => `day ${day}`,
  span: ({ from, to }: { from: string; to: string }) => `span ${from} to ${to}`,
} as Formatter;

describe("the place of a counter", () => {
  it("is written in the reader's form where it is a day or days", () => {
    expect(placeWords("2026-10-20", format)).toBe("day 2026-10-20");
    expect(placeWords("2026-10-10 - 2026-11-10", format)).toBe("span 2026-10-10 to 2026-11-10");
  });

  it("stays as it is said where it is anything else", () => {
    for (const place of ["all time", "level - now", "2026-10-10 - later", ""])
      expect(placeWords(place, format)).toBe(place);
  });
});
