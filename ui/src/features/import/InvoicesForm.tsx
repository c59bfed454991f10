import { TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import { useInvoicePresets } from "@/app/queries";
import { QueryView, Section } from "@/components";
import type { InvoiceImportRequest } from "@/generated/bindings";
import classes from "./import.module.css";
import { useImportJob } from "./job";
import { MappingField } from "./MappingField";
import { type Option, Options } from "./Options";
import { PathField } from "./PathField";
import { RunButtons } from "./RunButtons";

const OPTIONS: readonly Option<"refuse_blank_tenants" | "all_or_nothing">[] = [
  {
    name: "refuse_blank_tenants",
    label: "Refuse documents without a tenant",
    text: "Puts them aside instead of giving them to the tenant that the mapping has for them.",
  },
  { name: "all_or_nothing", label: "All or nothing", text: "Takes no document when any row is put aside." },
];

type Props = { request: InvoiceImportRequest; onChange: (request: InvoiceImportRequest) => void };

/** Invoices and credit notes of another system: file, mapping and options; a dry run first, then the import. */
export function InvoicesForm({ request, onChange }: Props) {
  const presets = useInvoicePresets();
  const { job, run } = useImportJob();
  const change = (part: Partial<InvoiceImportRequest>) => onChange({ ...request, ...part });
  const complete = Boolean(request.file && request.map);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete && job.state !== "running") void run({ kind: "invoices", request: { ...request, dry_run: true } });
  };
  return (
    <Section title="File" testId="import-form">
      <form className={classes.form} onSubmit={submit}>
        <PathField
          label="Invoice file"
          value={request.file ?? ""}
          onChange={(file) => change({ file })}
          testId="import-file"
        />
        <QueryView query={presets} what="The presets">
          {(list) => <MappingField presets={list} value={request.map ?? ""} onChange={(map) => change({ map })} />}
        </QueryView>
        <PathField
          label="File of the documents"
          description="Only where the first file has their lines alone, as Stripe’s tables of line items do."
          value={request.documents ?? ""}
          onChange={(documents) => change({ documents: documents || null })}
          testId="import-documents"
          need="optional"
        />
        <TextInput
          label="Tenant of documents that name none"
          placeholder="As the mapping says"
          value={request.tenant ?? ""}
          onChange={({ currentTarget }) => change({ tenant: currentTarget.value || null })}
          data-testid="import-tenant"
        />
        <Options options={OPTIONS} value={request} onChange={change} />
        <RunButtons
          complete={complete}
          onRun={() => void run({ kind: "invoices", request: { ...request, dry_run: false } })}
        />
      </form>
    </Section>
  );
}
