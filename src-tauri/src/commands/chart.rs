//! Saving a chart: the dialog, the picture, the file.

use super::open::picked;
use super::{Answer, tenant};
use crate::console::{Console, Shown};
use documents::{DocumentError, chart, table};
use operations::error::OperationError;
use operations::file::whole_file;
use operations::host::Host;
use operations::look;
use serde::Deserialize;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

/// The form of a saved chart.
#[derive(Debug, Clone, Copy, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ChartFormat {
    /// A picture of pixels.
    Png,
    /// A picture of lines.
    Svg,
    /// The exact figures.
    Csv,
}

impl ChartFormat {
    const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
        }
    }
}

/// Saves a tenant's use by day where the person chooses; none when they think better of it.
#[tauri::command]
#[specta::specta]
pub async fn save_chart(
    app: AppHandle,
    console: State<'_, Console>,
    tenant_id: String,
    days: u32,
    format: ChartFormat,
) -> Answer<Option<String>> {
    let Shown { store, host, .. } = console.shown()?;
    let series = look::tenant_series(&store, tenant(&tenant_id)?, host.now(), days).await?;
    let page = look::tenant_page(&store, tenant(&tenant_id)?, host.now()).await?;
    let title = format!("Usage of {}", page.name);
    let bytes = match format {
        ChartFormat::Png => chart::time_series_png(&title, &series),
        ChartFormat::Svg => chart::time_series_svg(&title, &series).map(String::into_bytes),
        ChartFormat::Csv => table::time_series_csv(&series),
    }
    .map_err(not_made)?;
    let extension = format.extension();
    let proposed = format!("usage-{}-{days}-days.{extension}", page.outside_id.as_deref().unwrap_or(&tenant_id));
    let dialog = app.dialog().file().add_filter(extension.to_uppercase(), &[extension]).set_file_name(proposed);
    let Some(path) = picked(|done| dialog.save_file(done)).await? else { return Ok(None) };
    whole_file(&path, &bytes)?;
    Ok(Some(path.display().to_string()))
}

fn not_made(error: DocumentError) -> operations::wire::WireError {
    let code = if matches!(error, DocumentError::Empty) { "nothing_to_save" } else { "document_failed" };
    OperationError::failed(code, error.to_string()).to_wire()
}
