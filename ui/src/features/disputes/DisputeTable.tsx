import { DisputeLink, type PlainColumn, PlainTable } from "@/components";
import { useFormat } from "@/format";
import type { DisputeRow } from "@/generated/bindings";
import { Deadline } from "./Deadline";
import { DisputeState } from "./DisputeState";

/** A few disputes inside a card. */
export function DisputeTable({ rows }: { rows: readonly DisputeRow[] }) {
  const format = useFormat();
  const columns: PlainColumn<DisputeRow>[] = [
    { head: "Dispute", cell: ({ dispute_id, number }) => <DisputeLink disputeId={dispute_id} number={number} /> },
    { head: "State", cell: (row) => <DisputeState row={row} /> },
    { head: "Claim", width: "40%", cell: ({ claim }) => <bdi>{claim}</bdi> },
    {
      head: "Claimed",
      align: "right",
      cell: ({ claimed, currency }) =>
        claimed === null ? (
          <span className="dim">no amount</span>
        ) : (
          <span data-figure={claimed}>{format.money(claimed, currency)}</span>
        ),
    },
    { head: "Decide by", cell: (row) => <Deadline row={row} /> },
    { head: "Opened", cell: ({ opened_at }) => format.dayOf(opened_at, "UTC") },
  ];
  return <PlainTable caption="Disputes" columns={columns} rows={rows} rowKey={({ dispute_id }) => dispute_id} />;
}
