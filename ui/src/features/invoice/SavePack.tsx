import { IconFileZip } from "@tabler/icons-react";
import { useHost } from "@/host";
import { SaveButton } from "./SaveButton";

type Props = { invoiceId: string; disputeId: string | null };

/** Saves invoice, explanation, events and audit trail in one file that can be checked without this program's database. */
export function SavePack({ invoiceId, disputeId }: Props) {
  const host = useHost();
  return (
    <SaveButton
      what="Evidence pack"
      save={() => host.savePack(invoiceId, disputeId)}
      icon={<IconFileZip size={14} />}
      size={disputeId === null ? "compact-sm" : "xs"}
      testId="save-pack"
    >
      Save evidence pack
    </SaveButton>
  );
}
