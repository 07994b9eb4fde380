//! A bare window of the same Tauri, for comparison: it paints one line, says
//! so as `{"painted":true,"ms":…}` and stays open until it is told to end. What
//! Kith takes beyond this is Kith's own.
//!
//! It is measured by the same rule as Kith: the same size, the same wish to
//! WebKit, and the same end, which is two frames after the page has something
//! to show, and the one call that says so.

use std::time::Instant;

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

#[path = "../src/renderer.rs"]
mod renderer;

/// Kith's own label and command, because the window may call nothing else.
const LABEL: &str = "main";
const SCHEME: &str = "bare";
const PAGE: &str = "<!doctype html><title>bare</title><p>A bare window.</p>";
/// Two frames after the page is there it has been painted.
const SAY_SO: &str = "addEventListener('DOMContentLoaded', () =>
    requestAnimationFrame(() => requestAnimationFrame(() =>
        window.__TAURI_INTERNALS__.invoke('call', { name: 'painted' }))))";

mod commands {
    use std::io::Write;
    use std::time::Instant;

    use tauri::State;

    /// The page has been painted.
    #[tauri::command]
    pub(crate) fn call(started: State<'_, Instant>) {
        let ms = started.elapsed().as_millis();
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{{\"painted\":true,\"ms\":{ms}}}").and_then(|()| out.flush());
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    renderer::choose();
    let app = tauri::Builder::default()
        .manage(started)
        .invoke_handler(tauri::generate_handler![commands::call])
        .register_uri_scheme_protocol(SCHEME, |_, _| {
            let page = PAGE.as_bytes().to_vec();
            Response::builder()
                .header("content-type", "text/html")
                .body(page)
                .unwrap_or_default()
        })
        .build(tauri::generate_context!())?;
    let page = format!("{SCHEME}://localhost/").parse()?;
    WebviewWindowBuilder::new(&app, LABEL, WebviewUrl::CustomProtocol(page))
        .title("bare")
        .inner_size(1160.0, 740.0)
        .initialization_script(SAY_SO)
        .build()?;
    app.run(|_, _| {});
    Ok(())
}
