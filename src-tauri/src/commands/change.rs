//! Changes by a person: a preview, and the act that must do what the preview said.

use super::Answer;
use crate::console::{Console, Shown};
use operations::change;
use operations::wire::{
    AccountRequest, CancelRequest, Change, CouponRequest, CreditRequest, DisputeDecideRequest, DisputeNoteRequest,
    DisputeRequest, EntryRequest, EraseRequest, GrantRequest, InvoiceActRequest, LateRequest, NoteRequest,
    OverrideRequest, PaymentRequest, PlanChangeRequest, QuarantineDecision, SettingsRequest,
};
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
    let Shown { store, host, .. } = console.shown()?;
    Ok(change::quarantine_decide(&store, &host, &ids, decision, &reason).await?)
}

/// Two commands for each change: what it would do, and doing it if it still does that.
macro_rules! change_commands {
    ($(($module:ident, $preview:ident, $act:ident, $request:ty, $what:literal)),+ $(,)?) => {$(
        #[doc = concat!("What ", $what, " would do.")]
        #[tauri::command]
        #[specta::specta]
        pub async fn $preview(console: State<'_, Console>, request: $request) -> Answer<Change> {
            let Shown { store, host, .. } = console.shown()?;
            Ok(operations::$module::$preview(&store, &host, &request).await?)
        }

        #[doc = concat!("Does ", $what, ", if it still does what the preview said.")]
        #[tauri::command]
        #[specta::specta]
        pub async fn $act(console: State<'_, Console>, request: $request, fingerprint: String) -> Answer<Change> {
            let Shown { store, host, .. } = console.shown()?;
            Ok(operations::$module::$act(&store, &host, &request, &fingerprint).await?)
        }
    )+};
}

change_commands! {
    (change, entry_preview, entry_act, EntryRequest, "a manual entry"),
    (change, override_preview, override_act, OverrideRequest, "an override"),
    (change, erase_preview, erase_act, EraseRequest, "erasing a subject"),
    (bill, invoice_act_preview, invoice_act, InvoiceActRequest, "something with one invoice"),
    (bill, credit_preview, credit_act, CreditRequest, "a credit note"),
    (bill, payment_preview, payment_act, PaymentRequest, "entering a payment"),
    (bill, settings_preview, settings_act, SettingsRequest, "a change of the billing settings"),
    (bill, account_preview, account_act, AccountRequest, "a change of how a tenant is billed"),
    (bill, coupon_preview, coupon_act, CouponRequest, "a discount"),
    (bill, grant_preview, grant_act, GrantRequest, "a grant of prepaid credits"),
    (bill, plan_change_preview, plan_change_act, PlanChangeRequest, "another plan"),
    (bill, cancel_preview, cancel_act, CancelRequest, "the end of a subscription"),
    (dispute, dispute_open_preview, dispute_open_act, DisputeRequest, "opening a dispute"),
    (dispute, dispute_note_preview, dispute_note_act, DisputeNoteRequest, "a note on a dispute"),
    (dispute, dispute_decide_preview, dispute_decide_act, DisputeDecideRequest, "deciding a dispute"),
    (late, late_preview, late_act, LateRequest, "a decision about late use"),
    (notes, note_preview, note_act, NoteRequest, "a note about a tenant"),
}
