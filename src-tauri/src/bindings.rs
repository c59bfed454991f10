//! The commands of the window as TypeScript: one list for the handler and for the generated file.

use crate::commands::{billing, change, chart, connection, import, look, open, run, save, snapshot};
use tauri_specta::{Builder, collect_commands};

/// All commands. The same names stand in `commands.txt`, from which the build makes the permissions.
pub fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new().disable_serde_phases().commands(collect_commands![
        open::session,
        open::database_status,
        open::open_again,
        open::open_sample,
        open::open_database,
        look::overview,
        look::tenants,
        look::tenant_page,
        look::tenant_series,
        look::tenant_months,
        look::meters,
        look::events,
        look::event_detail,
        look::subjects,
        look::quarantine,
        look::search,
        look::audit,
        connection::connections,
        connection::connection_add,
        connection::connection_edit,
        connection::connection_duplicate,
        connection::connection_remove,
        connection::connection_test,
        connection::connection_open,
        connection::connection_alive,
        chart::save_chart,
        look::verify,
        import::presets,
        import::choose_file,
        import::invoice_presets,
        import::import_run,
        import::invoice_import_run,
        import::payments_import_run,
        import::import_cancel,
        change::quarantine_decide,
        change::entry_preview,
        change::entry_act,
        change::override_preview,
        change::override_act,
        change::erase_preview,
        change::erase_act,
        billing::invoices,
        billing::invoice,
        billing::invoice_pages,
        billing::credit_note_pages,
        billing::invoice_explain,
        billing::invoice_difference,
        billing::line_events,
        billing::tenant_billing,
        billing::settings,
        run::run_preview,
        run::invoice_run,
        run::invoice_run_cancel,
        save::save_invoice_pdf,
        save::save_credit_note_pdf,
        save::save_pack,
        save::export_invoices,
        save::export_audit,
        change::invoice_act_preview,
        change::invoice_act,
        change::settings_preview,
        change::settings_act,
        change::account_preview,
        change::account_act,
        change::coupon_preview,
        change::coupon_act,
        change::grant_preview,
        change::grant_act,
        change::plan_change_preview,
        change::plan_change_act,
        change::cancel_preview,
        change::cancel_act,
        billing::disputes,
        billing::dispute,
        billing::tenant_timeline,
        billing::late_rows,
        change::late_preview,
        change::late_act,
        change::credit_preview,
        change::credit_act,
        change::payment_preview,
        change::payment_act,
        change::dispute_open_preview,
        change::dispute_open_act,
        change::dispute_note_preview,
        change::dispute_note_act,
        change::dispute_decide_preview,
        change::dispute_decide_act,
        change::note_preview,
        change::note_act,
        snapshot::snapshot_export,
        snapshot::snapshot_cancel,
        snapshot::snapshot_difference,
        snapshot::save_difference,
        snapshot::review_begin,
        snapshot::review_end,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use specta_typescript::Typescript;
    use std::collections::BTreeSet;
    use std::path::Path;

    const GENERATED: &str = "ui/src/generated/bindings.ts";

    /// `make gen` writes the file; without it the test says whether the committed one is what the types give.
    #[test]
    fn bindings_are_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = folder.path().join("bindings.ts");
        builder().export(Typescript::default(), &fresh).unwrap();
        let text = std::fs::read_to_string(&fresh).unwrap();
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(GENERATED);
        if std::env::var_os("COUNTINGHOUSE_WRITE_BINDINGS").is_some() {
            std::fs::write(&committed, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(&committed).unwrap() == text,
            "{GENERATED} is not what the wire types give: run make gen and commit it"
        );
    }

    /// The page may call the listed commands and nothing else.
    #[test]
    fn bindings_permissions_and_commands_are_one_list() {
        let listed: BTreeSet<&str> = include_str!("../commands.txt").lines().collect();
        let source = include_str!("bindings.rs");
        let handled: BTreeSet<&str> = source
            .lines()
            .take_while(|line| !line.contains("cfg(test)"))
            .filter_map(|line| line.trim().trim_end_matches(',').split_once("::"))
            .filter(|(module, name)| {
                ["open", "look", "chart", "connection", "import", "change", "billing", "run", "save", "snapshot"]
                    .contains(module)
                    && !name.contains(' ')
            })
            .map(|(_, name)| name)
            .collect();
        assert_eq!(handled, listed, "commands.txt and the handler name the same commands");
        let capability = include_str!("../capabilities/main.json");
        for name in &listed {
            let permission = format!("\"allow-{}\"", name.replace('_', "-"));
            assert!(capability.contains(&permission), "the capability lists {permission}");
        }
        assert_eq!(
            capability.matches("\"allow-").count(),
            listed.len(),
            "the capability lists no other command, and no wildcard"
        );
        assert!(!capability.contains('*'), "no wildcard capability");
    }
}
