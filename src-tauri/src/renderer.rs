//! How WebKitGTK draws. Sharing buffers with the graphics driver costs memory
//! everywhere and a great deal of time where there is no driver, and on some
//! machines the window stays empty, so it is off unless the person sets the
//! variable. It has to be in the environment before the process starts: setting
//! it later is not safe in a process that may have threads. So the process
//! replaces itself once, and keeps its id.

/// Sets the variable and starts over, unless it is set.
#[cfg(target_os = "linux")]
pub(crate) fn choose() {
    use std::os::unix::process::CommandExt;

    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // It returns only when it fails, and then Kith goes on as it is.
    let _ = command.args(arguments).env(VARIABLE, "1").exec();
}

/// Other systems draw as they do.
#[cfg(not(target_os = "linux"))]
pub(crate) fn choose() {}
