import { Code, DetailDrawer, type Fact, Facts, type PlainColumn, PlainTable, TenantLink } from "@/components";
import { useFormat } from "@/format";
import type { AuditField, AuditRow } from "@/generated/bindings";
import classes from "../usage/usage.module.css";

type Props = { row: AuditRow | null; onClose: () => void };

function Value({ value }: { value: string | null }) {
  return value === null ? (
    <span className="dim">not there</span>
  ) : (
    <bdi style={{ overflowWrap: "anywhere" }}>{value}</bdi>
  );
}

const COLUMNS: readonly PlainColumn<AuditField>[] = [
  {
    head: "Field",
    cell: ({ name, before, after }) => (before === after ? name : <strong title="changed">{name}</strong>),
  },
  { head: "Before", cell: ({ before }) => <Value value={before} /> },
  { head: "After", cell: ({ after }) => <Value value={after} /> },
];

function useFacts(row: AuditRow | null): Fact[] {
  const format = useFormat();
  if (!row) return [];
  const facts: Fact[] = [
    { name: "When", value: `${format.moment(row.at, "UTC")} UTC` },
    { name: "Who", value: <bdi>{row.actor}</bdi> },
    { name: "Login", value: row.database_user ? <bdi>{row.database_user}</bdi> : "none: a file, or an older record" },
    { name: "About", value: <Code value={row.subject} label="subject" /> },
  ];
  if (row.tenant_id)
    facts.push({
      name: "Tenant",
      value: <TenantLink tenantId={row.tenant_id} name={row.tenant_name ?? row.tenant_id} />,
    });
  facts.push({ name: "Reason", value: row.reason ? <bdi>{row.reason}</bdi> : "none was asked for" });
  return facts;
}

/** One record: who, when, why, and each field before and after. */
export function AuditDrawer({ row, onClose }: Props) {
  const facts = useFacts(row);
  return (
    <DetailDrawer opened={row !== null} onClose={onClose} title={row?.action ?? ""} testId="audit-drawer">
      {row && (
        <div className={classes.whole}>
          <Facts facts={facts} />
          <section>
            <h3 className={classes.title}>Before and after</h3>
            {row.fields.length === 0 ? (
              <p className="dim">This record says nothing of either.</p>
            ) : (
              <PlainTable
                caption="Before and after"
                columns={COLUMNS}
                rows={row.fields}
                rowKey={({ name }: AuditField) => name}
              />
            )}
          </section>
        </div>
      )}
    </DetailDrawer>
  );
}
