import type { EventPage } from "@/generated/bindings";

/** Rows that fill a screen. */
const SCREENFUL = 60;

/** A filter may pass few rows of a page, or none: goes on until there is something to show, or the end. */
export async function filledPage(
  read: (cursor: string | null) => Promise<EventPage>,
  from: string | null,
  signal: AbortSignal,
): Promise<EventPage> {
  let page = await read(from);
  while (page.next && page.rows.length < SCREENFUL && !signal.aborted) {
    const more = await read(page.next);
    page = { ...more, as_of: page.as_of, rows: [...page.rows, ...more.rows] };
  }
  return page;
}
