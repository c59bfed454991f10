//! A window with an empty page: what the window of the program is measured against. It knows nothing of the program.

use std::time::Instant;

fn main() {
    let begun = Instant::now();
    let done = tauri::Builder::default()
        .on_page_load(move |_, page| {
            if page.event() == tauri::webview::PageLoadEvent::Finished {
                eprintln!("page loaded after {} ms", begun.elapsed().as_millis());
            }
        })
        .run(tauri::generate_context!("src-tauri/examples/empty/tauri.conf.json"));
    if let Err(error) = done {
        eprintln!("The empty window could not be opened: {error}");
    }
}
