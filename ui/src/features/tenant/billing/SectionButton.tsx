import { Button } from "@mantine/core";
import { useAccess } from "@/app/access";

type Props = { onClick: () => void; testId: string; children: string };

/** The one action of a section. On a connection that is read only it says why it is closed. */
export function SectionButton({ onClick, testId, children }: Props) {
  const { writable, why } = useAccess();
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      onClick={onClick}
      disabled={!writable}
      title={why ?? undefined}
      data-testid={testId}
    >
      {children}
    </Button>
  );
}
