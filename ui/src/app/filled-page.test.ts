import { expect, it } from "vitest";
import type { EventPage, EventRow } from "@/generated/bindings";
import { filledPage } from "./filled-page";

const page = (rows: number, next: string | null): EventPage => ({
  as_of: `read before ${next}`,
  rows: Array.from({ length: rows }, () => ({}) as EventRow),
  next,
});

const pages: Record<string, EventPage> = {
  first: page(0, "second"),
  second: page(2, "third"),
  third: page(70, "fourth"),
  fourth: page(1, null),
};

const read = (cursor: string | null) => Promise.resolve(pages[cursor ?? "first"] as EventPage);

it("goes on until a screen is full", async () => {
  const found = await filledPage(read, null, new AbortController().signal);
  expect(found).toMatchObject({ as_of: "read before second", next: "fourth" });
  expect(found.rows).toHaveLength(72);
});

it("ends where the ledger ends", async () => {
  expect((await filledPage(read, "fourth", new AbortController().signal)).rows).toHaveLength(1);
});

it("stops when nobody waits any more", async () => {
  const gone = new AbortController();
  gone.abort();
  expect((await filledPage(read, null, gone.signal)).next).toBe("second");
});
