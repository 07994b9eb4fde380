//! The spell checker of the web view. On macOS and Windows it has one that
//! follows the system by itself; WebKitGTK has one that somebody must switch
//! on. It knows the languages for which a dictionary is installed.

use tauri::AppHandle;

/// Switches it on, in the languages of this person's system.
#[cfg(target_os = "linux")]
pub(crate) fn check(handle: &AppHandle) {
    use tauri::Manager;
    use webkit2gtk::{WebContextExt, WebViewExt};

    use crate::window::LABEL;

    let Some(window) = handle.get_webview_window(LABEL) else {
        return;
    };
    let names = gtk::glib::language_names();
    let languages = languages(names.iter().map(gtk::glib::GString::as_str));
    let switched = window.with_webview(move |view| {
        let Some(context) = view.inner().context() else {
            return;
        };
        if context.is_spell_checking_enabled() {
            return;
        }
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        context.set_spell_checking_languages(&languages);
        context.set_spell_checking_enabled(true);
        let known = context.spell_checking_languages();
        tracing::debug!(asked = ?languages, ?known, "the spell checker is on");
    });
    if let Err(error) = switched {
        tracing::debug!(%error, "the spell checker stays off");
    }
}

/// It needs nobody.
#[cfg(not(target_os = "linux"))]
pub(crate) fn check(_handle: &AppHandle) {}

/// Which dictionaries to look for, from what the system calls its languages:
/// `de_AT.UTF-8`, `de_AT`, `de.UTF-8`, `de`, `C`.
#[cfg(target_os = "linux")]
fn languages<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        let plain = name.split(['.', '@']).next().unwrap_or_default();
        let is_language = plain.len() >= 2 && plain != "POSIX";
        if is_language && !found.iter().any(|known| known == plain) {
            found.push(plain.to_owned());
        }
    }
    // Without any, what most programs speak then.
    if found.is_empty() {
        found.push("en_US".to_owned());
    }
    // A country's dictionary has what its language's has: both would do the
    // work twice.
    let countries: Vec<String> = found
        .iter()
        .filter_map(|name| name.split_once('_'))
        .map(|(language, _)| language.to_owned())
        .collect();
    found.retain(|name| name.contains('_') || !countries.contains(name));
    found
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::languages;

    #[test]
    fn the_systems_languages_are_the_dictionaries() {
        let check = |names: &[&str], expected: &[&str]| {
            assert_eq!(languages(names.iter().copied()), expected);
        };
        check(&["de_AT.UTF-8", "de_AT", "de.UTF-8", "de", "C"], &["de_AT"]);
        check(&["en_GB", "en", "fr", "C"], &["en_GB", "fr"]);
        check(&["eo.UTF-8", "eo", "C"], &["eo"]);
        check(&["C.UTF-8", "C"], &["en_US"]);
        check(&[], &["en_US"]);
    }
}
