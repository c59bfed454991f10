import { Link } from "@tanstack/react-router";
import classes from "./link.module.css";

/** A tenant's name, as text of its own direction, leading to its page. */
export function TenantLink({ tenantId, name, testId }: { tenantId: string; name: string; testId?: string }) {
  return (
    <Link to="/tenants/$tenantId" params={{ tenantId }} className={classes.link} title={name} data-testid={testId}>
      <bdi>{name}</bdi>
    </Link>
  );
}
