//! A bare window of the same Tauri, for comparison: it paints one line, says
//! so as `{"painted":true,"ms":…}` and stays open until it is told to end. What
//! Kith takes beyond this is Kith's own.

use std::io::Write;
use std::time::Instant;

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

#[path = "../src/renderer.rs"]
mod renderer;

const SCHEME: &str = "bare";
const PAGE: &str = "<!doctype html><title>bare</title><p>A bare window.</p>";
/// Two frames after the page is there it has been painted; the title says so.
const SAY_SO: &str = "addEventListener('load', () =>
    requestAnimationFrame(() => requestAnimationFrame(() => { document.title = 'painted' })))";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    renderer::choose();
    let app = tauri::Builder::default()
        .register_uri_scheme_protocol(SCHEME, |_, _| {
            let page = PAGE.as_bytes().to_vec();
            Response::builder()
                .header("content-type", "text/html")
                .body(page)
                .unwrap_or_default()
        })
        .build(tauri::generate_context!())?;
    let page = format!("{SCHEME}://localhost/").parse()?;
    WebviewWindowBuilder::new(&app, "bare", WebviewUrl::CustomProtocol(page))
        .title("bare")
        .inner_size(1080.0, 720.0)
        .initialization_script(SAY_SO)
        .on_document_title_changed(move |_, title| {
            if title == "painted" {
                let ms = started.elapsed().as_millis();
                let mut out = std::io::stdout();
                let _ =
                    writeln!(out, "{{\"painted\":true,\"ms\":{ms}}}").and_then(|()| out.flush());
            }
        })
        .build()?;
    app.run(|_, _| {});
    Ok(())
}
