import { IconFileImport } from "@tabler/icons-react";
import { LinkButton } from "@/components";

export function ImportLink() {
  return (
    <LinkButton to="/import" leftSection={<IconFileImport size={15} />}>
      Import usage
    </LinkButton>
  );
}
