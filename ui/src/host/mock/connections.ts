import type {
  ConnectionForm,
  ConnectionRow,
  ConnectionTest,
  SecretInput,
  SecretPlace,
  StepOutcome,
  TestStepName,
} from "@/generated/bindings";
import { HostError } from "../error";
import { idOf } from "./figures";

const BASE: ConnectionForm = {
  name: "billing-eu",
  environment: "production",
  host: "db.internal",
  port: 5432,
  database: "billing",
  user: "dana",
  tls: "verify_full",
  root_certificate: "/etc/ssl/company-authority.pem",
  client_certificate: null,
  client_key: null,
  read_only: true,
  allow_owner: false,
  connect_timeout_s: 10,
  statement_timeout_s: 300,
};

function row(index: number, settings: ConnectionForm, secret: SecretPlace, usedHoursAgo: number | null): ConnectionRow {
  return {
    connection_id: idOf("con", index),
    settings,
    location: `${settings.user}@${settings.host}:${settings.port}/${settings.database}`,
    secret,
    last_used_at: usedHoursAgo === null ? null : new Date(Date.now() - usedHoursAgo * 3_600_000).toISOString(),
  };
}

/** Some saved connections, and what a person does to them until the page is loaded again. */
export function mockConnections() {
  let rows = [
    row(1, BASE, "keyring", 2),
    row(
      2,
      { ...BASE, name: "billing-eu rehearsal", environment: "staging", host: "staging.internal", read_only: false },
      "run",
      26,
    ),
    row(
      3,
      {
        ...BASE,
        name: "laptop",
        environment: "development",
        host: "/run/postgresql",
        tls: "off",
        root_certificate: null,
        read_only: false,
        allow_owner: true,
      },
      "none",
      null,
    ),
  ];
  let next = 4;
  const found = (id: string) => {
    const known = rows.find(({ connection_id }) => connection_id === id);
    if (known) return known;
    throw new HostError({
      code: "unknown_connection",
      message: "There is no such connection.",
      field: "connection",
      line: null,
      detail: null,
    });
  };
  const free = (name: string, id: string | null) => {
    if (!rows.some(({ settings, connection_id }) => settings.name === name && connection_id !== id)) return;
    throw new HostError({
      code: "name_taken",
      message: `There is a connection named ${name} already.`,
      field: "name",
      line: null,
      detail: null,
    });
  };
  const placeOf = (secret: SecretInput | null, before: SecretPlace): SecretPlace => secret?.keep ?? before;
  return {
    list: () => rows,
    add: (form: ConnectionForm, secret: SecretInput | null) => {
      free(form.name, null);
      const added = row(next, form, placeOf(secret, "none"), null);
      next += 1;
      rows = [...rows, added];
      return added;
    },
    edit: (id: string, form: ConnectionForm, secret: SecretInput | null) => {
      free(form.name, id);
      const before = found(id);
      const after = { ...row(0, form, placeOf(secret, before.secret), null), connection_id: id };
      rows = rows.map((kept) => (kept.connection_id === id ? after : kept));
      return after;
    },
    duplicate: (id: string, name: string) => {
      free(name, null);
      const added = row(next, { ...found(id).settings, name }, "none", null);
      next += 1;
      rows = [...rows, added];
      return added;
    },
    remove: (id: string) => {
      const { settings } = found(id);
      rows = rows.filter(({ connection_id }) => connection_id !== id);
      return { connection_id: id, name: settings.name, secret_left: null };
    },
    find: found,
  };
}

/** A test that ends at TLS for hosts named "wrong", and well for all others. */
export function mockTest(form: ConnectionForm): ConnectionTest {
  const wrong = form.host.startsWith("wrong");
  const step = (name: TestStepName, outcome: StepOutcome, sentence: string, code: string | null = null) => ({
    step: name,
    outcome,
    sentence,
    code,
  });
  const skipped = (name: TestStepName) => step(name, "skipped", "Not looked at.");
  return {
    ok: !wrong,
    steps: [
      step("secret", "good", "The password is at hand."),
      step("name", "good", `${form.host} is 10.4.0.17.`),
      step("port", "good", `Port ${form.port} answers.`),
      wrong
        ? step(
            "tls",
            "failed",
            `The certificate that was shown is not for ${form.host}: the host is not the name that its operator uses, or it is another server.`,
            "certificate_other_host",
          )
        : step("tls", "good", `Encrypted; the certificate is for ${form.host} and from a known authority.`),
      wrong ? skipped("login") : step("login", "good", `${form.user} is let into ${form.database}.`),
      wrong
        ? skipped("rights")
        : step("rights", "doubtful", `${form.user} may only look; to write it must be a member of billing_writer.`),
      wrong ? skipped("schema") : step("schema", "good", "Schema 4, as this program needs it."),
      wrong ? skipped("clock") : step("clock", "good", "The clocks differ by 0.012 s."),
    ],
  };
}
