//! The shape of everything that `--json` prints is a promise to scripts: names and types are snapshots, and each name
//! is in docs/cli.md.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Books {
    folder: tempfile::TempDir,
    file: PathBuf,
    shapes: Map<String, Value>,
}

impl Books {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.sqlite");
        Self { folder, file, shapes: Map::new() }
    }

    /// Runs a command on the books; its name is `words` up to the first value.
    fn run(&self, words: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countinghouse-cli"));
        if !matches!(words[0], "sample" | "rate") {
            command.arg("--db").arg(&self.file);
        }
        // Neither the settings nor the keyring of whoever runs the tests.
        command.env("XDG_CONFIG_HOME", self.folder.path().join("config")).env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.args(words).arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What a command prints, which must end with this status.
    fn json(&self, words: &[&str], status: i32) -> Value {
        let output = self.run(words, "");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{words:?} said {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn keep(&mut self, name: &str, values: &[&Value]) {
        self.shapes.insert(name.to_owned(), shape(values));
    }

    /// Runs a command and keeps the shape of what it prints.
    fn look(&mut self, name: &str, words: &[&str]) -> Value {
        let value = self.json(words, 0);
        self.keep(name, &[&value]);
        value
    }
}

/// The names and types of some values that should be alike. What is null in one and not in another has the other's type.
fn shape(values: &[&Value]) -> Value {
    let objects: Vec<&Map<String, Value>> = values.iter().filter_map(|value| value.as_object()).collect();
    if !objects.is_empty() {
        let names: BTreeSet<&String> = objects.iter().flat_map(|object| object.keys()).collect();
        let field = |name: &String| {
            let of: Vec<&Value> = objects.iter().filter_map(|object| object.get(name)).collect();
            (name.clone(), shape(&of))
        };
        return Value::Object(names.into_iter().map(field).collect());
    }
    let items: Vec<&Vec<Value>> = values.iter().filter_map(|value| value.as_array()).collect();
    if !items.is_empty() {
        let all: Vec<&Value> = items.into_iter().flatten().collect();
        return if all.is_empty() { Value::Array(Vec::new()) } else { Value::Array(vec![shape(&all)]) };
    }
    let kinds: BTreeSet<&str> = values.iter().filter_map(|value| kind(value)).collect();
    Value::String(if kinds.is_empty() { "null".to_owned() } else { kinds.into_iter().collect::<Vec<_>>().join(" or ") })
}

fn kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some("integer"),
        Value::Number(_) => Some("a number with a fraction"),
        Value::String(_) => Some("string"),
        _ => None,
    }
}

fn focus() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/focus-1.0/focus_sample.csv");
    file.display().to_string()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

/// Names of a shape, of all its parts.
fn names(shape: &Value, into: &mut BTreeSet<String>) {
    match shape {
        Value::Object(object) => {
            into.extend(object.keys().cloned());
            // A breakdown is what the model gives, by its own words.
            let parts = object.iter().filter(|(name, _)| *name != "breakdown");
            parts.for_each(|(_, part)| names(part, into));
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        _ => {}
    }
}

fn looks(books: &mut Books) {
    let tenants = books.look("tenants", &["tenants"]);
    books.look("status", &["status"]);
    books.look("verify", &["verify"]);
    books.look("events", &["events", "--classification", "correction"]);
    books.look("jobs list", &["jobs", "list"]);
    books.look("jobs run", &["jobs", "run"]);
    books.look("import presets", &["import", "presets"]);
    books.look("bench", &["bench", "--events", "100"]);
    let flagged = books.json(&["tenants", "--flagged"], 0);
    let rows = flagged["rows"].as_array().unwrap();
    assert!(rows.len() < tenants["rows"].as_array().unwrap().len(), "not everybody is flagged");
    // Some tenants of many kinds, so that what is null for one is there for another.
    let ids: Vec<&str> = rows.iter().step_by(rows.len().div_ceil(60)).map(|row| text(row, "tenant_id")).collect();
    let meter = text(&rows[0]["meters"][0], "meter").to_owned();
    let id = ids[0].to_owned();
    let override_set = ["override", "set", &id, &meter, "--included", "1000000", "--reason", "a test"];
    books.look("override set", &override_set);
    // One of them has an override for certain.
    books.json(&[&override_set[..], &["--yes"]].concat(), 0);
    for name in ["usage", "stats", "timeseries"] {
        let values: Vec<Value> = ids.iter().map(|id| books.json(&[name, id], 0)).collect();
        books.keep(name, &values.iter().collect::<Vec<_>>());
    }
    books.look("enter", &["enter", &id, &meter, "1", "--key", "one", "--reason", "a test"]);
    let checked = books.run(&["quota", "check", &id, &meter, "1"], "");
    books.keep("quota check", &[&serde_json::from_slice(&checked.stdout).unwrap()]);
    let admitted = books.run(&["quota", "admit", &id, &meter, "1", "--key", "two"], "");
    books.keep("quota admit", &[&serde_json::from_slice(&admitted.stdout).unwrap()]);
}

fn connections(books: &mut Books) {
    let add = ["connections", "add", "eu", "--host", "/nowhere/postgresql", "--database", "billing", "--user", "dana"];
    books.look("connections add", &add);
    books.look("connections edit", &["connections", "edit", "eu", "--rename", "eu, old", "--environment", "staging"]);
    books.look("connections duplicate", &["connections", "duplicate", "eu, old", "eu"]);
    books.look("connections list", &["connections", "list"]);
    let test = books.json(&["connections", "test", "eu"], 3);
    books.keep("connections test", &[&test]);
    books.look("connections remove", &["connections", "remove", "eu"]);
    let (code, _) = error(&books.run(&["connections", "test", "eu"], ""), 1);
    assert_eq!(code, "unknown_connection", "it is gone");
    books.look("audit list", &["audit", "list"]);
    let table = books.folder.path().join("audit.csv").display().to_string();
    books.look("audit export", &["audit", "export", "-o", &table]);
    books.look("migrate --preview", &["migrate", "--preview"]);
}

fn quarantine(books: &mut Books) {
    let list = books.look("quarantine list", &["quarantine", "list"]);
    let rows = list["rows"].as_array().unwrap();
    // Rows of one file came at one time, so that any of them may be the first: late use is left for its own commands.
    let late = ["closed_period", "too_late"].map(Value::from);
    let others = rows.iter().filter(|row| row["state"] == "waiting" && !late.contains(&row["reason"]));
    let waiting: Vec<&str> = others.map(|row| text(row, "quarantine_id")).collect();
    assert!(waiting.len() > 2, "the sample company has rows that wait");
    let shown: Vec<Value> =
        rows.iter().take(12).map(|row| books.json(&["quarantine", "show", text(row, "quarantine_id")], 0)).collect();
    books.keep("quarantine show", &shown.iter().collect::<Vec<_>>());
    assert_eq!(&shown[0], &rows[0], "a row alone says what it says in the list");

    let reason = text(&shown[0], "reason");
    let narrowed = books.json(&["quarantine", "list", "--state", "waiting", "--reason", reason], 0);
    let narrowed = narrowed["rows"].as_array().unwrap();
    assert!(narrowed.iter().all(|row| row["reason"] == reason && row["state"] == "waiting"), "filters narrow");
    let tenant = shown.iter().find_map(|row| row["tenant_id"].as_str()).unwrap();
    let of_tenant = books.json(&["quarantine", "list", "--tenant", tenant], 0);
    assert!(of_tenant["rows"].as_array().unwrap().iter().all(|row| row["tenant_id"] == tenant), "of one tenant");

    let dismiss = ["quarantine", "dismiss", waiting[0], waiting[1], "--reason", "counted elsewhere"];
    let preview = books.look("quarantine dismiss", &dismiss);
    assert_eq!((&preview["done"], &preview["decided"]), (&Value::Bool(false), &Value::from(2)), "it only looked");
    assert_eq!(books.json(&["quarantine", "show", waiting[0]], 0)["state"], "waiting", "nothing was changed");
    let act = books.json(&[&dismiss[..], &["--yes"]].concat(), 0);
    assert_eq!((&act["done"], &act["decided"]), (&Value::Bool(true), &Value::from(2)), "now it is done");
    let dismissed = books.json(&["quarantine", "show", waiting[0]], 0);
    assert_eq!((text(&dismissed, "state"), text(&dismissed, "decision_reason")), ("dismissed", "counted elsewhere"));
    let again = books.json(&[&dismiss[..], &["--yes"]].concat(), 0);
    assert_eq!(again["decided"], 0, "a row is decided about once");
    let accept = ["quarantine", "accept", waiting[2], "--reason", "it fits now"];
    books.look("quarantine accept", &accept);
    let unknown = books.run(&["quarantine", "show", "qua_00000000000000000000000000000000"], "");
    assert_eq!(unknown.status.code(), Some(1), "{}", String::from_utf8_lossy(&unknown.stderr));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("unknown_row"), "a row that is not there");
}

/// What a command prints, whatever its status says about what was found.
fn found(books: &Books, words: &[&str]) -> Value {
    let output = books.run(words, "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{words:?} said {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn billing(books: &mut Books) {
    let settings = books.look("billing settings", &["billing", "settings"]);
    // Nothing is held back, so that there is something of everything.
    let mut settings = settings.as_object().unwrap().clone();
    settings.insert("brake_factor".to_owned(), Value::from("1000000"));
    let file = books.folder.path().join("settings.json");
    std::fs::write(&file, serde_json::to_string(&settings).unwrap()).unwrap();
    let set = ["billing", "settings", "--set", file.to_str().unwrap(), "--reason", "a test"];
    books.look("billing settings --set", &set);
    books.json(&[&set[..], &["--yes"]].concat(), 0);
    let preview = found(books, &["invoice", "preview"]);
    books.keep("invoice preview", &[&preview]);
    let run = found(books, &["invoice", "run", "--finalize", "--reason", "a test", "--yes"]);
    // Whether something is due depends on the hour.
    let issued = json!({"totals": [{"currency": "EUR", "count": 1, "total": "1.00"}]});
    books.keep("invoice run", &[&run, &issued]);
    assert_eq!(run["finalized"], preview["finalize"], "the run did what its preview said");
    let page = found(books, &["invoice", "list", "--page"]);
    assert_eq!(page.as_array().unwrap().len(), 200, "a page");
    let list = found(books, &["invoice", "list", "--status", "open"]);
    let rows = list.as_array().unwrap();
    books.keep("invoice list", &[&list, &page]);
    assert!(rows.len() > 20, "the sample company has invoices: {}", rows.len());
    let shown: Vec<Value> = rows
        .iter()
        .step_by(rows.len() / 12)
        .map(|row| found(books, &["invoice", "show", text(row, "number")]))
        .collect();
    books.keep("invoice show", &shown.iter().collect::<Vec<_>>());
    let (number, tenant) = (text(&rows[0], "number").to_owned(), text(&rows[0], "tenant_id").to_owned());
    for act in ["void", "reissue", "uncollectible"] {
        books.look(&format!("invoice {act}"), &["invoice", act, &number, "--reason", "a test"]);
    }
    books.json(&["billing", "coupon", &tenant, "SPRING", "--percent", "10", "--reason", "a test", "--yes"], 0);
    books.json(&["billing", "grant", &tenant, "12", "--reason", "a test", "--yes"], 0);
    let account = books.look("billing account", &["billing", "account", &tenant]);
    let subscription = text(&account["subscriptions"][0], "subscription_id").to_owned();
    books.look("subscription cancel", &["subscription", "cancel", &tenant, &subscription, "--reason", "a test"]);
}

/// Files that leave the program: each is whole, and a pack fits until a bit of it is changed.
fn files(books: &mut Books) {
    let folder = books.folder.path().to_owned();
    let place = |name: &str| folder.join(name).display().to_string();
    let (table, workbook, page, pack) = (place("l.csv"), place("l.xlsx"), place("i.pdf"), place("p.zip"));
    let invoices = found(books, &["invoice", "list", "--status", "open"]);
    let number = text(&invoices[0], "number").to_owned();
    books.look("invoice export", &["invoice", "export", "lines", "-o", &table]);
    let lines = std::fs::read_to_string(&table).unwrap();
    assert!(lines.starts_with("invoice,status,tenant,") && lines.lines().count() > 100, "a table of lines");
    books.json(&["invoice", "export", "journal", "-o", &workbook], 0);
    assert_eq!(&std::fs::read(&workbook).unwrap()[..2], b"PK", "a workbook");
    books.look("invoice pdf", &["invoice", "pdf", &number, "-o", &page]);
    assert_eq!(&std::fs::read(&page).unwrap()[..5], b"%PDF-", "a printed page");
    books.look("invoice pack", &["invoice", "pack", &number, "-o", &pack]);
    let fits = books.json(&["verify", &pack], 0);
    assert_eq!(fits["fits"], Value::from(true), "{fits}");
    let mut bytes = std::fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    let differs = books.json(&["verify", &pack], 3);
    assert_eq!(differs["fits"], Value::from(false), "a changed bit is found");
    books.keep("verify FILE.zip", &[&differs, &fits]);
    books.json(&["invoice", "credit", &number, "--amount", "1", "--reason", "a test", "--yes"], 0);
    let notes = books.look("invoice credit-notes", &["invoice", "credit-notes"]);
    let note = notes.as_array().unwrap().iter().find(|note| note["invoice_number"] == number.as_str()).unwrap();
    let of_tenant = ["invoice", "credit-notes", "--tenant", text(note, "tenant_id")];
    assert!(books.json(&of_tenant, 0).as_array().unwrap().contains(note), "of its tenant, too");
    books.json(&["invoice", "pdf", text(note, "number"), "-o", &page], 0);
    let (code, _) = error(&books.run(&["invoice", "export", "lines", "-o", &place("l.ods")], ""), 2);
    assert_eq!(code, "unknown_format", "the end of the name says how it is written");
    let (code, _) = error(&books.run(&["verify", &place("missing.zip")], ""), 2);
    assert_eq!(code, "cannot_read", "a file that is not there is no pack that does not fit");
}

/// Code and sentence of a command that fails with this status.
fn error(output: &Output, status: i32) -> (String, String) {
    let line = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{line}");
    let error: Value = serde_json::from_str(line.trim()).unwrap();
    (text(&error, "code").to_owned(), text(&error, "message").to_owned())
}

fn wrong_use(books: &mut Books) {
    let (code, message) = error(&books.run(&["quarantine", "dismiss", "qua_1"], ""), 2);
    assert_eq!(code, "wrong_use", "a missing argument");
    assert!(message.contains("--reason"), "it is named: {message}");
    let tenants = books.json(&["tenants"], 0);
    let id = text(&tenants["rows"][0], "tenant_id");
    let (code, _) = error(&books.run(&["timeseries", id, "--meter", "nope"], ""), 1);
    assert_eq!(code, "unknown_meter", "a misspelt meter shows no empty table");

    let file = std::mem::replace(&mut books.file, books.folder.path().to_owned());
    let (code, message) = error(&books.run(&["status"], ""), 2);
    assert_eq!(code, "not_a_database", "a folder: {message}");
    books.file = books.folder.path().join("notes.txt");
    std::fs::write(&books.file, "these are notes, and no database at all\n".repeat(100)).unwrap();
    for words in [["status"], ["migrate"]] {
        let output = books.run(&words, "");
        let (code, message) = error(&output, 2);
        assert_eq!(code, "not_a_database", "{words:?}: {message}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("error returned"), "no words of the driver");
    }
    books.file = file;
}

fn imports(books: &mut Books) {
    let file = focus();
    let usage = ["import", "usage", &file, "--map", "focus-1.0", "--backfill"];
    let looked = books.json(&[&usage[..], &["--dry-run"]].concat(), 0);
    let broken = books.folder.path().join("broken.csv");
    let whole = std::fs::read_to_string(&file).unwrap();
    let head: Vec<&str> = whole.lines().take(3).collect();
    std::fs::write(&broken, format!("{}\n{}\n", head.join("\n"), head[2].replace(',', ",x"))).unwrap();
    let broken = broken.display().to_string();
    let refused = books.json(&["import", "usage", &broken, "--map", "focus-1.0", "--backfill"], 3);
    books.keep("import usage", &[&looked, &refused]);
}

/// An event of a flagged tenant that a provider charged for: who is flagged depends on the day.
fn costing(books: &Books) -> Value {
    let tenants = books.json(&["tenants", "--flagged"], 0);
    let ids = tenants["rows"].as_array().unwrap().iter().map(|tenant| text(tenant, "tenant_id"));
    let mut events = ids.flat_map(|id| books.json(&["events", "--tenant", id], 0)["rows"].as_array().unwrap().clone());
    events.find(|event| event["cost"].is_string()).unwrap()
}

/// Cases, notes, the line of time and late use of a tenant that has some of each.
fn cases(books: &mut Books) {
    let event = costing(books);
    let id = text(&event, "tenant_id").to_owned();
    let event = format!("{}/{}", text(&event, "source"), text(&event, "key"));
    let open = ["dispute", "open", &id, "--claim", "too much", "--claimed", "5", "--deadline", "2030-01-31"];
    let open = [&open[..], &["--event", &event]].concat();
    let preview = books.look("dispute open", &open);
    assert_eq!(preview["done"], false, "it only looked");
    let act = books.json(&[&open[..], &["--yes"]].concat(), 0);
    let number = text(&act["effects"][0], "after").to_owned();
    assert!(number.starts_with("D-"), "the act tells the number: {number}");
    let note = ["dispute", "note", &number, "asked for their list", "--status", "waiting"];
    books.look("dispute note", &note);
    books.json(&[&note[..], &["--yes"]].concat(), 0);
    let undecided = books.json(&["dispute", "show", &number], 0);
    let decide = ["dispute", "decide", &number, "reject", "--reason", "it is right"];
    books.look("dispute decide", &decide);
    books.json(&[&decide[..], &["--yes"]].concat(), 0);
    let decided = books.json(&["dispute", "show", &number], 0);
    books.keep("dispute show", &[&undecided, &decided]);
    assert_eq!(text(&decided["row"], "status"), "decided", "it has ended");
    books.look("dispute list", &["dispute", "list", "--tenant", &id, "--status", "decided"]);
    let (code, _) = error(&books.run(&[&decide[..], &["--yes"]].concat(), ""), 1);
    assert_eq!(code, "dispute_decided", "it ends once");

    let add = ["notes", &id, "--add", "prefers e-mail"];
    books.look("notes --add", &add);
    books.json(&[&add[..], &["--yes"]].concat(), 0);
    books.look("notes", &["notes", &id]);
    books.look("timeline", &["timeline", &id]);
    books.look("ageing", &["ageing"]);

    let list = books.json(&["late", "list"], 0);
    let waiting = list["rows"].as_array().unwrap().iter().find(|row| row["state"] == "waiting");
    let refuse = ["late", "refuse", text(waiting.unwrap(), "quarantine_id"), "--reason", "a test"];
    books.look("late refuse", &refuse);
    books.json(&[&refuse[..], &["--yes"]].concat(), 0);
    books.look("late list", &["late", "list"]);
    let file = books.folder.path().join("bank.csv");
    let row = "INV-0000-000001,1.00,USD,2026-01-31,bank,R-1";
    std::fs::write(&file, format!("invoice,amount,currency,received_at,method,reference\n{row}\n")).unwrap();
    let file = file.display().to_string();
    let payments = ["import", "payments", &file, "--reason", "bank file"];
    let looked = books.json(&[&payments[..], &["--dry-run"]].concat(), 3);
    let refused = books.json(&payments, 3);
    books.keep("import payments", &[&looked, &refused]);
    assert_eq!(text(&refused["problems"][0], "code"), "unknown_invoice", "the row says why it is put aside");
    let credit = ["invoice", "credit", "INV-0000-000001", "--all", "--reason", "a test"];
    assert_eq!(error(&books.run(&credit, ""), 1).0, "unknown_invoice", "an invoice that is not there");
    let pay = ["invoice", "pay", "INV-0000-000001", "1", "--method", "bank", "--reason", "a test"];
    assert_eq!(error(&books.run(&pay, ""), 1).0, "unknown_invoice", "nor is it paid");
}

fn rates(books: &mut Books) {
    let lines = [
        r#"{"id": "good", "model": "package", "params": {"package_size": "100", "package_amount": "5"}, "units": "101"}"#,
        r#"{"id": "bad", "model": "nothing"}"#,
    ];
    let output = books.run(&["rate"], &lines.join("\n"));
    let printed = String::from_utf8(output.stdout).unwrap();
    let values: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values.len(), 2, "a line for each line");
    books.keep("rate", &[&values[0]]);
    books.keep("rate, a line that is refused", &[&values[1]]);
}

fn errors(books: &mut Books) {
    let output = books.run(&["usage", "nobody of this name"], "");
    assert_eq!(output.status.code(), Some(1), "a tenant that is not there");
    assert!(output.stdout.is_empty(), "an error goes to standard error");
    let line = String::from_utf8(output.stderr).unwrap();
    books.keep("an error", &[&serde_json::from_str(line.trim()).unwrap()]);
}

#[test]
fn every_shape_is_as_it_was_and_is_documented() {
    let mut books = Books::new();
    let file = books.file.display().to_string();
    books.look("sample", &["sample", "--out", &file]);
    looks(&mut books);
    connections(&mut books);
    quarantine(&mut books);
    cases(&mut books);
    wrong_use(&mut books);
    billing(&mut books);
    files(&mut books);
    imports(&mut books);
    rates(&mut books);
    errors(&mut books);
    books.file = books.folder.path().join("new.sqlite");
    books.look("migrate", &["migrate"]);

    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs");
    let docs: String = ["cli.md", "rate.md"].map(|name| std::fs::read_to_string(docs.join(name)).unwrap()).concat();
    for (command, shape) in &books.shapes {
        let mut all = BTreeSet::new();
        names(shape, &mut all);
        for name in all {
            assert!(
                docs.contains(&name),
                "{command} prints {name}, of which docs/cli.md and docs/rate.md do not speak"
            );
        }
    }
    // Whether maps keep their order depends on what else is built.
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(books.shapes) });
}

/// Every name of some shapes stands in a page of the documentation.
fn assert_documented(shapes: &Map<String, Value>, pages: &[&str]) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs");
    let docs: String = pages.iter().map(|name| std::fs::read_to_string(docs.join(name)).unwrap()).collect();
    for (command, shape) in shapes {
        let mut all = BTreeSet::new();
        names(shape, &mut all);
        all.iter()
            .for_each(|name| assert!(docs.contains(name), "{command} prints {name}, of which {pages:?} do not speak"));
    }
}

#[test]
fn imported_invoices_and_their_explanation_have_their_shapes() {
    let mut books = Books::new();
    books.json(&["migrate"], 0);
    let file = books.folder.path().join("sales.csv");
    let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    let rows = "1,A,THING,3,2010-12-01 08:00:00,0.335,7.0,UK\nC2,A,THING,-1,2010-12-01 08:00:00,0.5,,UK\n3,A,THING,x,2010-12-01 08:00:00,0.5,,UK";
    std::fs::write(&file, format!("{header}\n{rows}\n")).unwrap();
    let file = file.display().to_string();
    let words = ["import", "invoices", &file, "--map", "uci-online-retail"];
    let looked = books.json(&[&words[..], &["--dry-run"]].concat(), 3);
    let taken = books.json(&words, 3);
    assert_eq!((&taken["documents"], &taken["refused"]), (&Value::from(2), &Value::from(1)), "{taken}");
    books.keep("import invoices", &[&looked, &taken]);
    books.look("import presets --invoices", &["import", "presets", "--invoices"]);
    let explained = books.look("invoice explain", &["invoice", "explain", "1"]);
    assert_eq!(explained["lines"][0]["residue"], "0.00", "an imported line is explained by itself");
    let one = books.json(&["invoice", "explain", "1", "--line", "1"], 0);
    assert_eq!(one["lines"], explained["lines"], "one line alone");
    let same = books.json(&["invoice", "difference", "1"], 0);
    assert_eq!(
        (&same["issued"], &same["today"]),
        (&Value::from("1.01"), &Value::from("1.01")),
        "nothing changed: {same}"
    );
    let csv = books.folder.path().join("since.csv");
    books.json(&["invoice", "difference", "1", "--csv", &csv.display().to_string()], 0);
    assert!(std::fs::read_to_string(csv).unwrap().contains("total"), "the table has the amounts, too");
    books.keep("invoice difference", &[&same]);
    let (code, _) = error(&books.run(&["invoice", "explain", "1", "--line", "2"], ""), 1);
    assert_eq!(code, "unknown_line", "a line that is not there");
    let (code, _) = error(&books.run(&["import", "invoices", &file, "--map", "nope"], ""), 2);
    assert_eq!(code, "unknown_mapping", "a misspelt preset");
    assert_documented(&books.shapes, &["cli.md", "import.md"]);
    // Whether maps keep their order depends on what else is built.
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(books.shapes) });
}

#[test]
fn snapshots_and_their_difference_have_their_shapes() {
    let mut books = Books::new();
    books.file = books.folder.path().join("new.sqlite");
    books.json(&["migrate"], 0);
    let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    let sales = books.folder.path().join("sales.csv");
    std::fs::write(&sales, format!("{header}\n1,A,THING,3,2010-12-01 08:00:00,0.335,7.0,UK\n")).unwrap();
    let snapshot = books.folder.path().join("a.chsnapshot").display().to_string();
    let written = books.json(&["snapshot", "export", &snapshot], 0);
    books.keep("snapshot export", &[&written]);
    let found = books.json(&["snapshot", "verify", &snapshot], 0);
    let fingerprint = found["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(found["untouched"], Value::from(true), "{found}");
    books.json(&["snapshot", "verify", &snapshot, "--fingerprint", &fingerprint], 0);
    let other = books.json(&["snapshot", "verify", &snapshot, "--fingerprint", "00"], 3);
    assert_eq!(other["problems"][0]["code"], Value::from("snapshot_other"), "it is not the file that was named");
    books.keep("snapshot verify", &[&found, &other]);
    let same = books.json(&["snapshot", "diff", &snapshot], 0);
    books.json(&["import", "invoices", &sales.display().to_string(), "--map", "uci-online-retail"], 0);
    let differs = books.json(&["snapshot", "diff", &snapshot], 3);
    assert_eq!(differs["money"][0]["effect"], Value::from("1.01"), "three at 0.335 are 1.01: {differs}");
    books.keep("snapshot diff", &[&same, &differs]);

    // Every command that looks takes the file, and sees the moment at which it was written.
    let live = books.file.clone();
    books.file = std::path::PathBuf::from(&snapshot);
    let status = books.json(&["status"], 0);
    assert_eq!(status["database"]["environment"], Value::from("snapshot"), "{status}");
    assert_eq!(status["database"]["as_of"], written["about"]["as_of"], "its clock stands");
    assert_eq!(books.json(&["tenants"], 0)["total"], Value::from(0), "the tenant came later");
    let refused = books.run(&["jobs", "run"], "");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("read_only"), "it is not changed: {refused:?}");
    let mut bytes = std::fs::read(&snapshot).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&snapshot, bytes).unwrap();
    let damaged = books.run(&["tenants"], "");
    assert_eq!(damaged.status.code(), Some(1), "no number of a changed file is shown");
    assert!(String::from_utf8_lossy(&damaged.stderr).contains("snapshot_damaged"), "{damaged:?}");
    assert!(damaged.stdout.is_empty(), "{damaged:?}");
    books.file = live;
    assert_documented(&books.shapes, &["cli.md"]);
    // Whether maps keep their order depends on what else is built.
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(books.shapes) });
}
