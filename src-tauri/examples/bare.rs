//! A bare window of the same Tauri, for comparison: it paints one line, says
//! so as `{"painted":true,"ms":…}` and stays open until it is told to end. What
//! Kith takes beyond this is Kith's own.

use std::io::Write;
use std::time::Instant;

use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &str = "data:text/html,<!doctype html><title>bare</title><p>A bare window.</p>";

#[path = "../src/renderer.rs"]
mod renderer;

fn main() -> tauri::Result<()> {
    let started = Instant::now();
    renderer::choose();
    let app = tauri::Builder::default().build(tauri::generate_context!())?;
    let page = PAGE.parse().map_err(|_| tauri::Error::WindowNotFound)?;
    WebviewWindowBuilder::new(&app, "bare", WebviewUrl::External(page))
        .title("bare")
        .inner_size(1080.0, 720.0)
        .on_page_load(|_, _| {})
        .initialization_script(
            "requestAnimationFrame(() => requestAnimationFrame(() => { document.title = 'painted' }))",
        )
        .on_document_title_changed(move |_, title| {
            if title == "painted" {
                let ms = started.elapsed().as_millis();
                let mut out = std::io::stdout();
                let _ = writeln!(out, "{{\"painted\":true,\"ms\":{ms}}}").and_then(|()| out.flush());
            }
        })
        .build()?;
    app.run(|_, _| {});
    Ok(())
}
