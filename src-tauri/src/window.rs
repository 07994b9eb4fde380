//! The window: where it was last time, and never white before it has painted.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use kith_api::App;
use serde::{Deserialize, Serialize};
use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, LogicalSize, Manager, PhysicalPosition, Theme, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder,
};

use crate::first;
use crate::views::Views;

pub(crate) const LABEL: &str = "main";
/// The setting that holds the window's place, as JSON.
const SETTING: &str = "window";

/// Wide enough for list, conversation and information side by side.
const WIDTH: f64 = 1160.0;
const HEIGHT: f64 = 740.0;
const MIN_WIDTH: f64 = 380.0;
const MIN_HEIGHT: f64 = 480.0;

/// `--ground` of the two themes (ui/src/style), so that the first picture
/// does not flash.
const LIGHT: Color = Color(239, 236, 233, 255);
const DARK: Color = Color(24, 22, 20, 255);

/// Where the window is: its size in the system's own units, its place in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Frame {
    width: f64,
    height: f64,
    x: Option<i32>,
    y: Option<i32>,
    is_maximized: bool,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            width: WIDTH,
            height: HEIGHT,
            x: None,
            y: None,
            is_maximized: false,
        }
    }
}

impl Frame {
    fn read(settings: &BTreeMap<String, String>) -> Self {
        let frame: Self = settings
            .get(SETTING)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        Self {
            width: sane(frame.width, MIN_WIDTH, WIDTH),
            height: sane(frame.height, MIN_HEIGHT, HEIGHT),
            ..frame
        }
    }

    fn of(window: &WebviewWindow) -> tauri::Result<Self> {
        let scale = window.scale_factor()?;
        let size: LogicalSize<f64> = window.inner_size()?.to_logical(scale);
        let place = window.outer_position().ok();
        Ok(Self {
            width: size.width,
            height: size.height,
            x: place.map(|place| place.x),
            y: place.map(|place| place.y),
            is_maximized: window.is_maximized()?,
        })
    }
}

fn sane(value: f64, least: f64, usual: f64) -> f64 {
    if value.is_finite() && (least..=16_384.0).contains(&value) {
        value
    } else {
        usual
    }
}

/// Asks for the display. The window library asks too, but ends with a crash
/// where there is none, as over a remote shell.
///
/// # Errors
/// When there is no display.
#[cfg(target_os = "linux")]
pub(crate) fn display() -> anyhow::Result<()> {
    gtk::init().map_err(|_| {
        anyhow::anyhow!("no display can be used. Start Kith from the desktop, or set DISPLAY.")
    })
}

/// Other systems always have one.
#[cfg(not(target_os = "linux"))]
pub(crate) fn display() -> anyhow::Result<()> {
    Ok(())
}

/// Opens the window. `folder` is the profile's: what the web view keeps for
/// itself must not be shared between profiles.
pub(crate) fn open(
    handle: &AppHandle,
    folder: &Path,
    settings: &BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let frame = Frame::read(settings);
    let theme = match settings.get("theme").map(String::as_str) {
        Some("light") => Some(Theme::Light),
        Some("dark") => Some(Theme::Dark),
        _ => None,
    };
    let window = WebviewWindowBuilder::new(handle, LABEL, WebviewUrl::App("index.html".into()))
        .title("Kith")
        .inner_size(frame.width, frame.height)
        .min_inner_size(MIN_WIDTH, MIN_HEIGHT)
        .maximized(frame.is_maximized)
        .data_directory(folder.join("web"))
        .theme(theme)
        .visible(false)
        .zoom_hotkeys_enabled(false)
        // The web view shows Kith and nothing else; links go through `open_link`.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri" | "about") || url.host_str() == Some("tauri.localhost")
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_web_resource_request({
            let handle = handle.clone();
            move |request, response| first::put(&handle.state::<Views>(), LABEL, &request, response)
        })
        .build()
        .context("the window cannot be opened")?;

    let theme = theme
        .or_else(|| window.theme().ok())
        .unwrap_or(Theme::Light);
    let ground = if theme == Theme::Dark { DARK } else { LIGHT };
    window
        .set_background_color(Some(ground))
        .context("the window has no colour")?;
    if let (Some(x), Some(y)) = (frame.x, frame.y)
        && is_on_a_screen(&window, x, y)
    {
        window
            .set_position(PhysicalPosition::new(x, y))
            .context("the window has no place")?;
    }
    window.show().context("the window cannot be shown")?;
    Ok(())
}

/// Brings the window before whoever wants to see it.
pub(crate) fn to_front(handle: &AppHandle) {
    let Some(window) = handle.get_webview_window(LABEL) else {
        return;
    };
    let comes = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = comes {
        tracing::debug!(%error, "the window does not come to the front");
    }
}

/// Asks for the window to be closed, as the person would.
pub(crate) fn close(handle: &AppHandle) {
    let window = handle.get_webview_window(LABEL);
    if window.is_none_or(|window| window.close().is_err()) {
        handle.exit(0);
    }
}

/// Takes the window out of sight, and tells its page that it is to close. Says
/// whether the page is told.
pub(crate) fn ask_to_close(handle: &AppHandle) -> bool {
    let Some(window) = handle.get_webview_window(LABEL) else {
        return false;
    };
    let asked = window
        .hide()
        .and_then(|()| window.eval("dispatchEvent(new Event('kith:closing'))"));
    asked.is_ok()
}

/// Ends the window, whatever its page does, and the application with it.
pub(crate) fn end(handle: &AppHandle) {
    let window = handle.get_webview_window(LABEL);
    if window.is_none_or(|window| window.destroy().is_err()) {
        handle.exit(0);
    }
}

/// Whether the title bar would be where a hand can reach it: screens come and go.
fn is_on_a_screen(window: &WebviewWindow, x: i32, y: i32) -> bool {
    let inside = |start: i32, length: u32, at: i32| {
        let end = i64::from(start) + i64::from(length);
        i64::from(at) >= i64::from(start) - 8 && i64::from(at) + 64 < end
    };
    window.available_monitors().is_ok_and(|monitors| {
        monitors.iter().any(|monitor| {
            let (place, size) = (monitor.position(), monitor.size());
            inside(place.x, size.width, x) && inside(place.y, size.height, y)
        })
    })
}

/// Keeps where the window is, for the next time.
pub(crate) fn remember(handle: &AppHandle, app: &App) {
    let Some(window) = handle.get_webview_window(LABEL) else {
        return;
    };
    let frame = match Frame::of(&window) {
        Ok(frame) => frame,
        Err(error) => {
            tracing::debug!(%error, "the window's place is not known");
            return;
        }
    };
    match serde_json::to_string(&frame) {
        Ok(text) => {
            if let Err(error) = tauri::async_runtime::block_on(app.set_setting(SETTING, &text)) {
                tracing::warn!(%error, "the window's place was not kept");
            }
        }
        Err(error) => tracing::warn!(%error, "the window's place cannot be written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_makes_no_sense_is_not_believed() {
        let settings = |text: &str| BTreeMap::from([(SETTING.to_owned(), text.to_owned())]);
        assert_eq!(Frame::read(&BTreeMap::new()), Frame::default());
        assert_eq!(Frame::read(&settings("nonsense")), Frame::default());
        let tiny = r#"{"width":3,"height":900,"x":5,"y":6,"is_maximized":true}"#;
        let read = Frame::read(&settings(tiny));
        assert_eq!(
            (read.width, read.height, read.is_maximized),
            (WIDTH, 900.0, true)
        );
    }
}
