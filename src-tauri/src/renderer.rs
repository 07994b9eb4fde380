//! How WebKitGTK draws. Sharing buffers with the graphics driver costs memory
//! everywhere and a great deal of time where there is no driver, and on some
//! machines the window stays empty, so it is off unless the person sets the
//! variable. WebKit reads it when it starts its processes.

/// Sets the variable, unless it is set. To be called before there is a second
/// thread, for the environment belongs to the whole process. (Starting over
/// with the variable set would load WebKit twice, a tenth of a second.)
#[cfg(target_os = "linux")]
pub(crate) fn choose() {
    // An error means that the system has no room for it; then WebKit draws as
    // it likes.
    let _ = gtk::glib::setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1", false);
}

/// Other systems draw as they do.
#[cfg(not(target_os = "linux"))]
pub(crate) fn choose() {}
