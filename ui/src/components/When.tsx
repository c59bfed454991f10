import { useFormat } from "@/format";

type Props = { at: string; zone: string; show?: "second" | "minute" | "day" };

/** An instant in the tenant's zone, the zone named, UTC on hover. */
export function When({ at, zone, show = "minute" }: Props) {
  const format = useFormat();
  const text =
    show === "day" ? format.dayOf(at, zone) : show === "minute" ? format.minute(at, zone) : format.moment(at, zone);
  return (
    <time dateTime={at} title={`${format.moment(at, "UTC")} UTC`} className="tabular" data-figure={at}>
      {text}
      {show !== "day" && <span className="dim"> {zone}</span>}
    </time>
  );
}
