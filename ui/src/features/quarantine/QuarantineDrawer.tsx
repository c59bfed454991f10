import { Button, Group } from "@mantine/core";
import { useAccess } from "@/app/access";
import { Code, DetailDrawer, type Fact, Facts, StatusBadge, TenantLink } from "@/components";
import { useFormat, wordsOf } from "@/format";
import type { QuarantineDecision, QuarantineRow } from "@/generated/bindings";
import classes from "../usage/usage.module.css";

type Props = {
  row: QuarantineRow | null;
  onClose: () => void;
  onDecide: (decision: QuarantineDecision, row: QuarantineRow) => void;
};

function useFacts(row: QuarantineRow | null): Fact[] {
  const format = useFormat();
  if (!row) return [];
  const name = row.tenant_name ?? "not known";
  const facts: Fact[] = [
    { name: "State", value: <StatusBadge status={row.state} /> },
    { name: "Tenant", value: row.tenant_id ? <TenantLink tenantId={row.tenant_id} name={name} /> : <bdi>{name}</bdi> },
    { name: "Source", value: row.source },
    { name: "Put aside", value: `${format.moment(row.received_at, "UTC")} UTC` },
  ];
  if (row.key) facts.push({ name: "Key", value: <Code value={row.key} label="key" /> });
  if (row.line !== null) facts.push({ name: "Line", value: format.count(row.line) });
  if (row.decided_by) facts.push({ name: "Decided by", value: row.decided_by });
  if (row.decision_reason) facts.push({ name: "Because", value: <bdi>{row.decision_reason}</bdi> });
  return facts;
}

/** One row that was put aside: why, what it said, what can be done. */
export function QuarantineDrawer({ row, onClose, onDecide }: Props) {
  const { writable, why } = useAccess();
  const facts = useFacts(row);
  return (
    <DetailDrawer
      opened={row !== null}
      onClose={onClose}
      title={row ? wordsOf(row.reason) : ""}
      testId="quarantine-drawer"
    >
      {row && (
        <div className={classes.whole}>
          <div>
            <p style={{ margin: 0 }}>{row.sentence}</p>
            <p className="dim" style={{ margin: "4px 0 0" }}>
              {row.advice}
            </p>
          </div>
          <Facts facts={facts} />
          <section>
            <h3 className={classes.title}>What the row said</h3>
            <Facts facts={row.fields.map(({ name, value }) => ({ name, value: <bdi>{value}</bdi> }))} />
          </section>
          {row.state === "waiting" && (
            <Group gap={8}>
              <Button onClick={() => onDecide("retry", row)} disabled={!writable} title={why ?? undefined}>
                Retry
              </Button>
              <Button
                variant="default"
                onClick={() => onDecide("dismiss", row)}
                disabled={!writable}
                title={why ?? undefined}
              >
                Dismiss
              </Button>
            </Group>
          )}
        </div>
      )}
    </DetailDrawer>
  );
}
