type Ended = { dry_run: boolean; stopped: boolean };

/** How an import ended, as a title. */
export function endOf({ dry_run, stopped }: Ended, aside: number): string {
  if (dry_run) return "Dry run: nothing was written";
  if (stopped) return "Stopped: what was taken stays, the same file goes on from there";
  return aside > 0 ? "Imported, some rows were put aside" : "Imported";
}
