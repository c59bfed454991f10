import { describe, expect, it } from "vitest";
import { randomFrom } from "@/host/mock/random";
import { usableLocale } from "./locale";
import { formatMoney } from "./money";
import { formatCompact, formatExact, formatPercent, MINUS } from "./number";
import { exactQuantity, formatMinutes, formatQuantity, formatSize } from "./quantity";

const random = randomFrom(7);
const LOCALES = ["en-US", "de-DE", "fr-FR", "hi-IN", "ar", "de-CH", "C", ""];

describe("numbers on screen", () => {
  it("keep every digit in every locale", () => {
    for (const locale of LOCALES) {
      for (let round = 0; round < 60; round += 1) {
        const digits = Array.from({ length: 1 + random.integer(22) }, () => random.integer(10)).join("");
        const text = `${BigInt(digits)}.${1 + random.integer(9)}${random.integer(10)}7`;
        const shown = formatExact(text, locale);
        expect(shown.replace(/\D/g, ""), `${text} in ${locale}`).toBe(text.replace(".", ""));
      }
    }
  });

  it("write a proper minus sign and the locale's separators", () => {
    expect(formatExact("-1234567.5", "en-US")).toBe(`${MINUS}1,234,567.5`);
    expect(formatExact("-1234567.5", "de-DE")).toBe(`${MINUS}1.234.567,5`);
  });

  it("are compact from a million on", () => {
    expect(formatCompact("1240318", "en-US")).toBe("1.24\u202fM");
    expect(formatCompact("999999", "en-US")).toBe("999,999");
    expect(formatCompact("-12403180000", "en-US")).toBe(`${MINUS}12.4\u202fB`);
    expect(formatCompact("12.3456", "en-US")).toBe("12.35");
  });

  it("show percent as the ledger rounded it", () => {
    expect(formatPercent("123.4", "en-US")).toBe("123.4\u202f%");
    expect(formatPercent("79.9", "de-DE")).toBe("79,9\u202f%");
  });

  it("leave text that is no number alone", () => {
    expect(formatExact("unlimited", "en-US")).toBe("unlimited");
  });
});

describe("money", () => {
  it("keeps the digits of the ledger and names the currency", () => {
    expect(formatMoney("1234.50", "USD", "en-US")).toBe("$1,234.50");
    expect(formatMoney("-0.05", "USD", "en-US")).toBe(`${MINUS}$0.05`);
    expect(formatMoney("1024", "JPY", "en-US")).toBe("¥1,024");
    expect(formatMoney("1.234", "KWD", "en-US")).toContain("1.234");
    expect(formatMoney("99999999999999999.99", "EUR", "de-DE")).toContain("99.999.999.999.999.999,99");
  });

  it("survives a currency that Intl does not know and the locale C", () => {
    expect(formatMoney("1.00", "not a currency", "C")).toBe("1.00 not a currency");
    expect(usableLocale("C")).toBe("en-US");
    expect(usableLocale("tlh-XX")).toBe("en-US");
  });
});

describe("quantities", () => {
  it("read seconds as minutes and bytes in steps of 1,024", () => {
    expect(formatMinutes("59000", "en-US")).toBe("983.33");
    expect(formatSize("1073741824", "en-US")).toBe("1\u202fGB");
    expect(formatSize("1536", "en-US")).toBe("1.5\u202fKB");
    expect(formatSize("-1023", "en-US")).toBe(`${MINUS}1,023\u202fB`);
  });

  it("say the unit, and every digit on hover", () => {
    expect(formatQuantity("1240318", "token", "en-US")).toBe("1.24\u202fM\u00a0token");
    expect(exactQuantity("1240318", "token", "en-US")).toBe("1,240,318\u00a0token");
    expect(exactQuantity("59000", "s", "en-US")).toBe("59,000\u00a0s");
  });
});
