//! What was copied in another program and is pasted here. WebKitGTK tells a page of
//! words alone, so files and pictures are asked for here. Other web views tell the
//! page themselves.

use kith_api::Pasted;
use tauri::AppHandle;

/// Files that were copied, or else a picture.
#[cfg(target_os = "linux")]
pub(crate) async fn pasted(handle: &AppHandle) -> Option<Pasted> {
    let (tell, told) = tokio::sync::oneshot::channel();
    // The clipboard belongs to the window system's thread.
    let asked = handle.run_on_main_thread(move || {
        look(move |found| {
            let _ = tell.send(found);
        });
    });
    if let Err(error) = asked {
        tracing::debug!(%error, "the clipboard cannot be asked");
        return None;
    }
    told.await.ok().flatten()
}

/// The page is told by the web view.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn pasted(_handle: &AppHandle) -> Option<Pasted> {
    None
}

#[cfg(target_os = "linux")]
fn look(tell: impl FnOnce(Option<Pasted>) + 'static) {
    use gtk::gdk::{Atom, SELECTION_CLIPBOARD};

    let clipboard = gtk::Clipboard::get(&SELECTION_CLIPBOARD);
    clipboard.request_contents(&Atom::intern("text/uri-list"), move |clipboard, list| {
        let uris = list.uris();
        let files = files(uris.iter().map(gtk::glib::GString::as_str));
        if !files.is_empty() {
            tell(Some(Pasted::Files(files)));
            return;
        }
        clipboard.request_image(move |_, picture| {
            let bytes = picture.and_then(|picture| picture.save_to_bufferv("png", &[]).ok());
            tell(bytes.map(Pasted::Picture));
        });
    });
}

/// Those of these addresses that are files of this computer.
#[cfg(target_os = "linux")]
fn files<'a>(uris: impl Iterator<Item = &'a str>) -> Vec<std::path::PathBuf> {
    let paths = uris.filter_map(|uri| gtk::glib::filename_from_uri(uri).ok());
    let files = paths.filter_map(|(path, host)| host.is_none().then_some(path));
    files.filter(|path| path.is_file()).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn only_files_of_this_computer_are_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a boat.txt");
        std::fs::write(&file, "boat").expect("a file");
        let here = format!("file://{}", file.display()).replace(' ', "%20");
        let folder_itself = format!("file://{}", folder.path().display());
        let uris = [
            "https://oak.test/boat.txt",
            "file:///nowhere/at/all",
            "file://elsewhere/boat.txt",
            &folder_itself,
            &here,
        ];
        assert_eq!(super::files(uris.into_iter()), [file]);
    }
}
