import { IconAlertTriangleFilled, IconCircleCheckFilled } from "@tabler/icons-react";
import { isZero, useFormat } from "@/format";
import classes from "./explain.module.css";

type Props = {
  residue: string;
  recomputed: string;
  currency: string;
  /** When the ledger was read. */
  asOf: string;
};

/** Whether today's ledger gives the same amount, and what is left between them if not. */
export function Residue({ residue, recomputed, currency, asOf }: Props) {
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
        <span>The ledger gives the same amount today, to the last digit.</span>
      ) : (
        <span>
          The ledger gives {format.money(recomputed, currency)} today: a residue of {format.money(residue, currency)}.
        </span>
      )}
    </p>
  );
}
