//! What a page asks first, answered before it asks. Each question and answer
//! costs the page some milliseconds while it has nothing to show, so its text
//! is sent with the answers in it, as data: the settings, the application and,
//! when somebody is signed in, the home screen. The page takes them for the
//! answers to its first questions (`ui/src/backend/tauri.ts`).
//!
//! The home screen is opened on the feed that the page will listen to; what
//! changes meanwhile waits there. When the application is not ready in time,
//! because the keychain asks the person something, the page comes without and
//! asks for itself.

use std::borrow::Cow;
use std::time::Duration;

use kith_api::Ui;
use serde_json::{Map, Value};
use tauri::http::header::{CACHE_CONTROL, HeaderValue};
use tauri::http::{Request, Response};
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::views::Views;

/// The page itself is not held up any longer than this.
const PATIENCE: Duration = Duration::from_millis(300);
/// The answers go in front of this.
const PLACE: &[u8] = b"</head>";

/// Puts the first answers into the page of this web view, if this is its page.
pub(crate) fn put(
    views: &Views,
    label: &str,
    request: &Request<Vec<u8>>,
    response: &mut Response<Cow<'static, [u8]>>,
) {
    if !matches!(request.uri().path(), "" | "/" | "/index.html") {
        return;
    }
    // Another page must not be shown these.
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, never);
    let asked = async { answers(&views.begin(label).await).await };
    let answers = block_in_place(|| Handle::current().block_on(timeout(PATIENCE, asked)));
    match answers {
        Ok(answers) => {
            tracing::debug!("the page gets its first answers");
            let page = with(response.body(), &answers);
            *response.body_mut() = Cow::Owned(page);
        }
        Err(_) => tracing::info!("the page has to ask for its first answers"),
    }
}

/// What it would ask, and be answered. What fails is left for it to ask.
async fn answers(ui: &Ui) -> Value {
    let mut answers = Map::new();
    for name in ["settings", "app", "home"] {
        if let Ok(answer) = ui.call(name, Value::Null).await {
            answers.insert(name.to_owned(), answer);
        }
    }
    Value::Object(answers)
}

/// A page with data in it, which is no script and never run.
fn with(page: &[u8], answers: &Value) -> Vec<u8> {
    let Some(at) = page.windows(PLACE.len()).position(|part| part == PLACE) else {
        return page.to_vec();
    };
    // Whatever is in it cannot end the element.
    let data = answers.to_string().replace('<', "\\u003c");
    let (before, after) = page.split_at(at);
    [
        before,
        b"<script type=\"application/json\" id=\"first\">",
        data.as_bytes(),
        b"</script>",
        after,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::with;

    #[test]
    fn whatever_people_are_called_stays_data() {
        let name = "</script><script>alert(1)</script><!--";
        let page = with(b"<head></head><body>", &json!({ "me": name }));
        let page = String::from_utf8(page).expect("text");
        assert_eq!(page.matches('<').count(), 5, "{page}");
        let data = page
            .split_once("id=\"first\">")
            .and_then(|(_, rest)| rest.split_once("</script>"))
            .map(|(data, _)| serde_json::from_str(data).expect("JSON"));
        assert_eq!(data, Some(json!({ "me": name })));
        assert_eq!(with(b"nothing", &json!({})), b"nothing");
    }
}
