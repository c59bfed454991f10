import { useMeters } from "@/app/queries";

/** Eight colours that stay apart for colour-blind readers (after Paul Tol), on light and on dark. */
const PALETTE = ["#4477aa", "#cc6677", "#44aa99", "#ddaa33", "#aa4499", "#66ccee", "#999933", "#882255"] as const;

/** The colour of each meter, by its place in the catalogue, so that it is the same on every screen. */
export function useMeterColors(): (meter: string) => string {
  const { data } = useMeters();
  return (meter) => {
    const place = Math.max(data?.findIndex((row) => row.meter === meter) ?? 0, 0);
    return PALETTE[place % PALETTE.length] as string;
  };
}
