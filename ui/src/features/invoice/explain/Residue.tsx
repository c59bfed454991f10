import { IconAlertTriangleFilled, IconCircleCheckFilled } from "@tabler/icons-react";
import { isZero, useFormat } from "@/format";
import classes from "./explain.module.css";

type Props = {
  residue: string;
  recomputed: string;
  currency: string;
  /** When the ledger was read. */
  asOf: string;
  /** Made elsewhere: no ledger of ours is behind it, only its own lines. */
  imported: boolean;
};

/** Whether today's ledger gives the same amount, and what is left between them if not. */
export function Residue({ residue, recomputed, currency, asOf, imported }: Props) {
  const format = useFormat();
  const agrees = isZero(residue);
  const Mark = agrees ? IconCircleCheckFilled : IconAlertTriangleFilled;
  return (
    <p
      className={classes.residue}
      data-tone={agrees ? "normal" : "warning"}
      data-testid="residue"
      data-figure={residue}
      title={`${format.moment(asOf, "UTC")} UTC`}
    >
      <Mark size={15} aria-hidden />
      {agrees ? (
        <span>
          {imported
            ? "Quantity, price and tax as they were imported give the same amount."
            : "The ledger gives the same amount today, to the last digit."}
        </span>
      ) : (
        <span>
          {imported ? "Quantity, price and tax as they were imported give" : "The ledger gives"}{" "}
          {format.money(recomputed, currency)}
          {imported ? "" : " today"}: a residue of {format.money(residue, currency)}.
        </span>
      )}
    </p>
  );
}
