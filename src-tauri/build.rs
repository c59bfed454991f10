//! Prepares the desktop package: the list of commands that the page may call, and a placeholder page where the
//! real one has not been built, so that a fresh clone checks without npm.

use std::path::Path;

/// Every command of the window. `src/commands` defines them; a test compares the two lists.
const COMMANDS: &str = include_str!("commands.txt");

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/commands.txt");
    let page = Path::new("ui/dist/index.html");
    if !page.exists() {
        std::fs::create_dir_all("ui/dist").expect("the folder of the page can be made");
        std::fs::write(page, "<!doctype html><title>placeholder</title>The page has not been built: run make.\n")
            .expect("the placeholder can be written");
    }
    let names: Vec<&str> = COMMANDS.lines().filter(|line| !line.is_empty()).collect();
    let manifest = tauri_build::AppManifest::new().commands(names.leak());
    tauri_build::try_build(
        tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*").app_manifest(manifest),
    )
    .expect("the desktop package is configured");
}
