import { SegmentedControl, Select, useMantineColorScheme } from "@mantine/core";
import { useLocalePreference } from "@/app/preferences";
import { useDatabaseStatus, useSession } from "@/app/queries";
import { Code, Facts, Page, PageHeader, QueryView, Section } from "@/components";
import { ConnectionsSection } from "@/features/connections/ConnectionsSection";
import { usableLocale, useFormat } from "@/format";
import { Billing } from "./Billing";
import classes from "./settings.module.css";

const LOCALES = [
  "en-US",
  "en-GB",
  "de-DE",
  "de-CH",
  "fr-FR",
  "es-ES",
  "it-IT",
  "nl-NL",
  "sv-SE",
  "pl-PL",
  "pt-BR",
  "ja-JP",
  "zh-CN",
  "ko-KR",
  "hi-IN",
  "ar",
  "he",
];

function nameOf(locale: string, inLocale: string): string {
  return new Intl.DisplayNames([inLocale], { type: "language" }).of(locale) ?? locale;
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { data } = useSession();
  const [preferred, setPreferred] = useLocalePreference();
  const { locale, exact, money, moment } = useFormat();
  const system = usableLocale(data?.locale);
  return (
    <Section title="Appearance" testId="settings-appearance">
      <Facts
        facts={[
          {
            name: "Theme",
            value: (
              <SegmentedControl
                size="xs"
                aria-label="Theme"
                value={colorScheme}
                onChange={(next) => setColorScheme(next as "auto" | "light" | "dark")}
                data={[
                  { value: "auto", label: "System" },
                  { value: "light", label: "Light" },
                  { value: "dark", label: "Dark" },
                ]}
                data-testid="settings-theme"
              />
            ),
          },
          {
            name: "Locale",
            value: (
              <Select
                aria-label="Locale"
                value={preferred}
                onChange={(next) => setPreferred(next ?? "")}
                data={[
                  { value: "", label: `System (${system})` },
                  ...LOCALES.map((value) => ({ value, label: `${nameOf(value, "en")} (${value})` })),
                ]}
                allowDeselect={false}
                searchable
                w={280}
                data-testid="settings-locale"
              />
            ),
          },
          {
            name: "Looks like",
            value: (
              <span className={`${classes.example} tabular`}>
                {exact("-1234567.89")} · {money("1234.5", "EUR")} · {moment("2026-01-31T15:04:05Z", "UTC")} UTC (
                {locale})
              </span>
            ),
          },
        ]}
      />
    </Section>
  );
}

function Database() {
  const query = useDatabaseStatus();
  return (
    <Section title="Database" testId="settings-database">
      <QueryView query={query} what="The database">
        {(status) => (
          <Facts
            facts={[
              { name: "Name", value: status.name },
              { name: "Engine", value: status.engine === "postgres" ? "PostgreSQL" : "SQLite" },
              { name: "Location", value: <Code value={status.location} label="location" /> },
              { name: "Environment", value: status.environment },
              { name: "Login", value: status.login ?? "none: a file" },
              { name: "Rights", value: status.rights },
              { name: "May write", value: status.writable ? "Yes" : `No. ${status.read_only_because ?? ""}` },
              { name: "Ledger", value: <Code value={status.ledger_id} label="ledger id" /> },
              { name: "Schema version", value: status.schema_version },
              { name: "Self-check", value: status.warnings.length === 0 ? "No warnings" : status.warnings.join(" ") },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}

function About() {
  const query = useSession();
  return (
    <Section title="About" testId="settings-about">
      <QueryView query={query} what="The session">
        {({ version, actor }) => (
          <Facts
            facts={[
              { name: "Countinghouse", value: `version ${version}` },
              { name: "You", value: `${actor}, as the audit log will name you` },
              { name: "Licence", value: "MIT or Apache-2.0" },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}

/** Theme, locale, and what this is. */
export function SettingsPage() {
  return (
    <Page>
      <PageHeader
        title="Settings"
        context="Appearance is kept on this machine, for this person; billing in the database, for everybody."
      />
      <div className={classes.sections}>
        <Appearance />
        <ConnectionsSection />
        <Billing />
        <Database />
        <About />
      </div>
    </Page>
  );
}
