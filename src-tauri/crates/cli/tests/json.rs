//! The shape of everything that `--json` prints is a promise to scripts: names and types are snapshots, and each name
//! is in docs/cli.md.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::{Map, Value};
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
    let ids: Vec<&str> = rows.iter().step_by(rows.len() / 12).map(|row| text(row, "tenant_id")).collect();
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
    books.look("migrate --preview", &["migrate", "--preview"]);
}

fn quarantine(books: &mut Books) {
    let list = books.look("quarantine list", &["quarantine", "list"]);
    let rows = list["rows"].as_array().unwrap();
    let waiting: Vec<&str> =
        rows.iter().filter(|row| row["state"] == "waiting").map(|row| text(row, "quarantine_id")).collect();
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
    wrong_use(&mut books);
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
    insta::assert_json_snapshot!(books.shapes);
}
