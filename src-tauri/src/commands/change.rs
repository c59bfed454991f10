//! Changes by a person: a preview, and the act that must do what the preview said.

use super::Answer;
use crate::console::Console;
use operations::change;
use operations::wire::{Change, EntryRequest, EraseRequest, OverrideRequest, QuarantineDecision};
use tauri::State;

/// Decides about rows of the quarantine; answers how many.
#[tauri::command]
#[specta::specta]
pub async fn quarantine_decide(
    console: State<'_, Console>,
    ids: Vec<String>,
    decision: QuarantineDecision,
    reason: String,
) -> Answer<u32> {
    Ok(change::quarantine_decide(&console.store()?, &console.host, &ids, decision, &reason).await?)
}

macro_rules! change_commands {
    ($(($preview:ident, $act:ident, $request:ty, $what:literal)),+ $(,)?) => {$(
        #[doc = concat!("What ", $what, " would do.")]
        #[tauri::command]
        #[specta::specta]
        pub async fn $preview(console: State<'_, Console>, request: $request) -> Answer<Change> {
            Ok(change::$preview(&console.store()?, &console.host, &request).await?)
        }

        #[doc = concat!("Does ", $what, ", if it still does what the preview said.")]
        #[tauri::command]
        #[specta::specta]
        pub async fn $act(console: State<'_, Console>, request: $request, fingerprint: String) -> Answer<Change> {
            Ok(change::$act(&console.store()?, &console.host, &request, &fingerprint).await?)
        }
    )+};
}

change_commands! {
    (entry_preview, entry_act, EntryRequest, "a manual entry"),
    (override_preview, override_act, OverrideRequest, "an override"),
    (erase_preview, erase_act, EraseRequest, "erasing a subject"),
}
