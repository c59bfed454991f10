import { Button } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

export function ImportLink() {
  return (
    <Button component={Link} to="/import" leftSection={<IconFileImport size={15} />}>
      Import usage
    </Button>
  );
}
