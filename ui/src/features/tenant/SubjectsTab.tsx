import { Button } from "@mantine/core";
import { useState } from "react";
import { useAccess } from "@/app/access";
import { useSubjects } from "@/app/queries";
import { Code, EmptyState, FilterText, type PlainColumn, PlainTable, QueryView, Section, When } from "@/components";
import { wordsOf } from "@/format";
import type { SubjectRow, TenantPage } from "@/generated/bindings";
import { EraseDialog } from "./EraseDialog";

/** People and things that the usage refers to; each can be erased, its usage stays. */
export function SubjectsTab({ page }: { page: TenantPage }) {
  const [text, setText] = useState("");
  const [erasing, setErasing] = useState<SubjectRow | null>(null);
  const query = useSubjects(page.tenant_id, text);
  const { writable, why } = useAccess();
  const columns: PlainColumn<SubjectRow>[] = [
    { head: "Kind", width: 90, cell: ({ kind }) => wordsOf(kind) },
    { head: "Name", cell: ({ name }) => (name === null ? <span className="dim">no name</span> : <bdi>{name}</bdi>) },
    { head: "Outside id", cell: ({ outside_id }) => outside_id && <Code value={outside_id} label="outside id" /> },
    { head: "Subject", cell: ({ subject_id }) => <Code value={subject_id} label="subject id" /> },
    {
      head: "Erase",
      align: "right",
      cell: (subject) =>
        subject.erased_at ? (
          <span className="dim">
            erased <When at={subject.erased_at} zone={page.zone} show="day" />
          </span>
        ) : (
          <Button
            variant="default"
            size="compact-xs"
            disabled={!writable}
            title={why ?? undefined}
            onClick={() => setErasing(subject)}
            aria-label={`Erase ${subject.name ?? subject.subject_id}`}
            data-testid={`erase-${subject.subject_id}`}
          >
            Erase
          </Button>
        ),
    },
  ];
  return (
    <Section
      title="Subjects"
      flush="flush"
      testId="subjects"
      actions={
        <FilterText
          label="Name or outside id"
          value={text}
          onChange={(next) => setText(next ?? "")}
          width={200}
          first="first"
        />
      }
    >
      <QueryView query={query} what="The subjects">
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState>
              {text
                ? "No subject has this name or id."
                : "Users, clients, sessions and resources will be here once usage names them."}
            </EmptyState>
          ) : (
            <PlainTable caption="Subjects" columns={columns} rows={rows} rowKey={({ subject_id }) => subject_id} />
          )
        }
      </QueryView>
      <EraseDialog tenantId={page.tenant_id} subject={erasing} onClose={() => setErasing(null)} />
    </Section>
  );
}
