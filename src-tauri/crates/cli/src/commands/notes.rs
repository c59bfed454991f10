//! `notes`: what people wrote about a tenant, and a new note.

use super::changing;
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::look::find_tenant;
use operations::notes;
use operations::wire::{NoteRequest, NoteRow};

/// Arguments of `notes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or exact name
    tenant: String,
    /// Write this instead of listing
    #[arg(long, value_name = "TEXT")]
    add: Option<String>,
    /// Do it; without this only the preview is shown
    #[arg(long, requires = "add")]
    yes: bool,
}

/// Lists notes, or writes one.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    // A snapshot is never changed: its notes are kept beside it.
    let store =
        if args.yes && !context.is_snapshot() { context.open().await? } else { context.open_read_only().await? };
    let tenant = find_tenant(&store, &args.tenant).await?;
    if let Some(text) = args.add {
        let request = NoteRequest { tenant_id: tenant.to_string(), text };
        let preview = notes::note_preview(&store, &*context.host, &request).await?;
        if args.yes {
            let change = notes::note_act(&store, &*context.host, &request, &preview.fingerprint).await?;
            changing::acted(context, &change)?;
        } else {
            changing::preview(context, &preview)?;
        }
        return Ok(Outcome::Done);
    }
    let view = notes::notes(&store, context.host.now(), tenant).await?;
    if context.form == Form::Json {
        print_json(&view)?;
        return Ok(Outcome::Done);
    }
    let row = |note: NoteRow| vec![note.at, note.actor, note.text];
    print(&table(&["at", "who", "note"], view.notes.into_iter().map(row).collect(), 3))?;
    Ok(Outcome::Done)
}
