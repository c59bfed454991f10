import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileZip } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useHost } from "@/host";

type Props = { invoiceId: string; disputeId: string | null };

/** Saves invoice, explanation, events and audit trail in one file that can be checked without this program's database. */
export function SavePack({ invoiceId, disputeId }: Props) {
  const host = useHost();
  const save = useMutation({
    mutationFn: () => host.savePack(invoiceId, disputeId),
    onSuccess: (file) => file && notifications.show({ color: "green", title: "Evidence pack saved", message: file }),
    onError: ({ code, message }) =>
      notifications.show({ color: "red", title: "The evidence pack was not saved", message: `${message} (${code})` }),
  });
  return (
    <Button
      variant="default"
      size={disputeId === null ? "compact-sm" : "xs"}
      leftSection={<IconFileZip size={14} />}
      loading={save.isPending}
      onClick={() => save.mutate()}
      data-testid="save-pack"
    >
      Save evidence pack
    </Button>
  );
}
