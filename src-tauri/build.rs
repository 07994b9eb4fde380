//! Makes sure that there is a UI to embed, and lets Tauri read its settings.

use std::path::Path;
use std::process::exit;

fn main() {
    let page = Path::new("../ui/dist/index.html");
    println!("cargo::rerun-if-changed=../ui/dist");
    if !page.is_file() {
        println!(
            "cargo::error=There is no built UI to put into the window. Run `cargo xtask run`, or `npm ci` and `npm run build` in ui."
        );
        exit(1);
    }
    let manifest = tauri_build::AppManifest::new().commands(&["call", "feed"]);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
        exit(1);
    }
}
