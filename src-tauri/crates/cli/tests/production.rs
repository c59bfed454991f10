//! Nothing is changed on production before its name was typed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn cli(file: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countinghouse-cli"));
    command.arg("--db").arg(file).args(words).arg("--json").stdin(Stdio::null());
    // Neither the settings nor the keyring of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", file.with_extension("config")).env_remove("DBUS_SESSION_BUS_ADDRESS");
    command.output().unwrap()
}

fn invoices(file: &Path) -> usize {
    let listed = cli(file, &["invoice", "list"]);
    assert!(listed.status.success(), "looking needs no name: {listed:?}");
    serde_json::from_slice::<Value>(&listed.stdout).unwrap().as_array().unwrap().len()
}

#[test]
fn a_change_on_production_asks_for_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("books.sqlite");
    let made = cli(&file, &["migrate", "--name", "Billing EU", "--environment", "production"]);
    assert!(made.status.success(), "{made:?}");
    let sales = folder.path().join("sales.csv");
    let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    std::fs::write(&sales, format!("{header}\n1,A,THING,3,2010-12-01 08:00:00,0.335,7.0,UK\n")).unwrap();
    let sales = sales.display().to_string();
    let import = ["import", "invoices", &sales, "--map", "uci-online-retail"];
    let with = |more: &[&str]| cli(&file, &[&import[..], more].concat());

    assert!(with(&["--dry-run"]).status.success(), "a dry run changes nothing");
    for wrong in [&[][..], &["--confirm", ""], &["--confirm", "billing eu"], &["--confirm", "Billing US"]] {
        let refused = with(wrong);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {said}");
        assert!(said.contains("not_confirmed") && said.contains("Billing EU"), "it says which name: {said}");
        assert_eq!(invoices(&file), 0, "{wrong:?} took something");
    }
    let taken = with(&["--confirm", "Billing EU"]);
    assert!(taken.status.success(), "{taken:?}");
    assert_eq!(invoices(&file), 1, "the right name");
}
