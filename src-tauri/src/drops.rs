//! Files that are dragged over the window. The system tells the window of them,
//! and on Linux not the page, so they are passed on: to the page where they are
//! and what they are called, and to the application which ones it may be asked
//! for.

use kith_api::App;
use serde_json::{Value, json};
use tauri::{AppHandle, DragDropEvent, Manager, PhysicalPosition};

use crate::window::LABEL;

/// Passes on what happens.
pub(crate) fn pass_on(handle: &AppHandle, app: &App, event: &DragDropEvent) {
    let Some(window) = handle.get_webview_window(LABEL) else {
        return;
    };
    let scale = window.scale_factor().unwrap_or(1.0);
    let at = |kind: &str, place: &PhysicalPosition<f64>| {
        let place = place.to_logical::<f64>(scale);
        json!({ "kind": kind, "x": place.x, "y": place.y })
    };
    let told = match event {
        DragDropEvent::Enter { position, .. } | DragDropEvent::Over { position } => {
            at("over", position)
        }
        DragDropEvent::Drop { paths, position } => {
            app.offer(paths.iter().cloned());
            let mut told = at("drop", position);
            // What is no text cannot be named; no system of today makes such names.
            let paths: Vec<_> = paths.iter().filter_map(|path| path.to_str()).collect();
            told["paths"] = json!(paths);
            told
        }
        _ => json!({ "kind": "leave" }),
    };
    if let Err(error) = window.eval(script(&told)) {
        tracing::debug!(%error, "the page is not told of a drag");
    }
}

/// The page hears of it as of any event. JSON is a part of JavaScript, so
/// nothing in a name can be more than a name.
fn script(told: &Value) -> String {
    format!("dispatchEvent(new CustomEvent('kith:drag', {{ detail: {told} }}))")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        let told = json!({ "kind": "drop", "paths": ["/a/'); alert(1); (\"\u{2028}\\.txt"] });
        let text = script(&told);
        let inside = text
            .strip_prefix("dispatchEvent(new CustomEvent('kith:drag', { detail: ")
            .and_then(|text| text.strip_suffix(" }))"));
        let back: Value = serde_json::from_str(inside.unwrap_or_default()).unwrap_or_default();
        assert_eq!(back, told);
    }
}
