import { describe, expect, it } from "vitest";
import { randomFrom } from "@/host/mock/random";
import {
  compareDecimals,
  divideRounded,
  isNegative,
  isZero,
  parseDecimal,
  roundTo,
  subtract,
  sum,
  toText,
  trimZeros,
} from "./decimal";

const random = randomFrom(42);

/** Decimals of every length and sign, far beyond what a floating-point number holds. */
function anyDecimal(): string {
  const digits = (count: number) => Array.from({ length: count }, () => random.integer(10)).join("");
  const whole = `${1 + random.integer(9)}${digits(random.integer(25))}`;
  const fraction = random.next() < 0.5 ? "" : `.${digits(1 + random.integer(12))}`;
  return `${random.next() < 0.5 ? "-" : ""}${whole}${fraction}`;
}

const SAMPLES = Array.from({ length: 300 }, () => [anyDecimal(), anyDecimal()] as const);

describe("decimals", () => {
  it("come back as they went in", () => {
    for (const [text] of SAMPLES) {
      const value = parseDecimal(text);
      expect(value && toText(value), "no digit is lost").toBe(text);
    }
  });

  it("undo an addition by a subtraction", () => {
    for (const [a, b] of SAMPLES) {
      const back = subtract(sum([a, b]), b);
      expect(compareDecimals(back, a), `${a} + ${b} - ${b}`).toBe(0);
    }
  });

  it("order the same from both sides", () => {
    for (const [a, b] of SAMPLES) {
      expect(compareDecimals(a, b)).toBe(-compareDecimals(b, a) + 0);
      expect(Math.sign(compareDecimals(a, b)), "the difference has the sign of the order").toBe(
        isNegative(subtract(a, b)) ? -1 : isZero(subtract(a, b)) ? 0 : 1,
      );
    }
  });

  it("are exact where floating point is not", () => {
    expect(sum(["0.1", "0.2"])).toBe("0.3");
    expect(sum(["9007199254740993", "1"])).toBe("9007199254740994");
    expect(subtract("123.4", "100.0")).toBe("23.4");
  });

  it("round half away from zero", () => {
    expect(divideRounded(5n, 2n)).toBe(3n);
    expect(divideRounded(-5n, 2n)).toBe(-3n);
    const rounded = roundTo({ units: 10125n, scale: 3 }, 2);
    expect(toText(rounded)).toBe("10.13");
  });

  it("drop only zeros at the end", () => {
    expect(toText(trimZeros({ units: 10200n, scale: 3 }))).toBe("10.2");
    expect(toText(trimZeros({ units: 1000n, scale: 0 }))).toBe("1000");
  });

  it("refuse what is none", () => {
    for (const text of ["", "1,5", "1e5", "NaN", "--1", "0x1", "1.", ".5"]) expect(parseDecimal(text), text).toBeNull();
  });
});
