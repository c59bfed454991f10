import { describe, expect, it } from "vitest";
import { lastInstantOf, pastMonths } from "@/app/period";
import { formatDay, formatMoment, formatRelative, formatSpan, lastDayBefore, twelveMonthsBefore } from "./time";
import { instantInZone, wallInZone } from "./zone";

describe("times on screen", () => {
  it("stand in the tenant's zone", () => {
    expect(formatMoment("2026-04-04T15:30:00Z", "Australia/Lord_Howe", "en-US")).toBe("Apr 5, 2026, 02:00:00");
    expect(formatMoment("2026-04-04T14:30:00Z", "Australia/Lord_Howe", "en-US")).toBe("Apr 5, 2026, 01:30:00");
  });

  it("fall back to UTC for a zone that nobody knows, and leave other text alone", () => {
    expect(formatMoment("2026-01-31T15:04:05Z", "Mars/Olympus", "C")).toBe("Jan 31, 2026, 15:04:05");
    expect(formatMoment("never", "UTC", "en-US")).toBe("never");
  });

  it("name a span of days by its month or by its first and last day", () => {
    expect(formatSpan("2026-10-01", "2026-11-01", "en-US")).toBe("Oct 2026");
    expect(formatSpan("2026-10-16", "2026-11-16", "en-US"), "the end is exclusive").toBe("Oct 16 \u2013 Nov 15, 2026");
    expect(formatSpan("2025-12-16", "2026-01-16", "en-US")).toBe("Dec 16, 2025 \u2013 Jan 15, 2026");
    expect(formatSpan("2026-02-28", "2026-03-01", "en-US"), "a single day").toBe("Feb 28, 2026");
  });

  it("go back twelve calendar months", () => {
    expect(twelveMonthsBefore("2026-11-25")).toBe("2025-11-25");
    expect(twelveMonthsBefore("2028-02-29"), "there is no such day").toBe("2027-02-28");
  });

  it("do not move a calendar day", () => {
    expect(formatDay("2026-03-01", "en-US")).toBe("Mar 1, 2026");
    expect(formatDay("2026-03-01", "de-DE")).toBe("1. März 2026");
  });

  it("count back and forth", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(formatRelative("2026-11-22T11:59:19Z", now, "en-US")).toBe("41 sec. ago");
    expect(formatRelative("2026-11-25T12:00:00Z", now, "en-US")).toBe("in 3 days");
  });

  it("end a period on the day before its exclusive end", () => {
    expect(lastDayBefore("2026-12-01T00:00:00Z")).toBe("2026-11-30T23:59:59.999Z");
  });

  it("turn wall-clock time in a zone into an instant and back", () => {
    for (const zone of ["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "UTC"]) {
      const wall = "2026-07-03 10:15:00";
      const instant = instantInZone(wall, zone);
      expect(instant && wallInZone(instant, zone), zone).toBe(wall);
    }
    expect(instantInZone("2026-07-03 10:15:00", "Asia/Kolkata")).toBe("2026-07-03T04:45:00.000Z");
  });
});

describe("periods", () => {
  it("go back over the turn of a year", () => {
    expect(pastMonths(new Date("2026-01-15T00:00:00Z"), 3)).toEqual(["2025-12", "2025-11", "2025-10"]);
  });

  it("are looked at in their last second", () => {
    expect(lastInstantOf("2026-02")).toBe("2026-02-28T23:59:59.000Z");
    expect(lastInstantOf("2025-12")).toBe("2025-12-31T23:59:59.000Z");
  });
});
