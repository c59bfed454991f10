//! What the commands that change something share: show the preview, and act only with `--yes`.

use crate::context::Context;
use crate::output::{self, Form};
use operations::error::Result;
use operations::wire::Change;
use serde::Serialize;

/// Arguments of every change.
#[derive(Debug, clap::Args)]
pub struct Deciding {
    /// Why; goes to the audit log
    #[arg(long)]
    pub reason: String,
    /// Do it; without this only the preview is shown
    #[arg(long)]
    pub yes: bool,
}

/// A change with whether it was done.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    done: bool,
    #[serde(flatten)]
    change: &'a Change,
}

/// Shows a preview.
pub fn preview(context: &Context, change: &Change) -> Result<()> {
    show(context, change, false)
}

/// Shows what was done.
pub fn acted(context: &Context, change: &Change) -> Result<()> {
    show(context, change, true)
}

fn show(context: &Context, change: &Change, done: bool) -> Result<()> {
    if context.form == Form::Json {
        return output::print_json(&Shown { done, change });
    }
    let mut text = output::printable(&change.title) + "\n";
    if !change.effects.is_empty() {
        let rows = change
            .effects
            .iter()
            .map(|effect| vec![effect.label.clone(), effect.before.clone(), effect.after.clone(), effect.unit.clone()]);
        text += &output::table(&["what", "before", "after", "unit"], rows.collect(), 4);
    }
    for warning in &change.warnings {
        text += &format!("! {}\n", output::printable(warning));
    }
    text += if done { "Done.\n" } else { "Nothing was changed; add --yes to do it.\n" };
    output::print(&text)
}
