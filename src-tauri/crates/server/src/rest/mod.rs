//! REST (`protocol/rest.md`).
//!
//! The platform's SDKs disagree about almost everything around a call: path
//! suffixes, where parameters stand, how lists are written. So a request is
//! first made plain ([`request`]: one path without suffix, one map of
//! parameters) and only then routed, in one table below. Which application it is
//! about is found out on the way ([`crate::estate`]).

mod address_book;
mod answer;
mod blobs;
mod data;
mod dialog_list;
mod dialogs;
mod download;
mod files;
mod filter;
mod messages;
mod params;
mod preview;
mod push;
mod request;
mod search;
#[cfg(test)]
mod search_tests;
mod sessions;
mod shape;
mod signature;
mod upload;
mod users;

#[cfg(test)]
mod blobs_tests;
#[cfg(test)]
mod limits_tests;
#[cfg(test)]
mod nonsense_tests;
#[cfg(test)]
mod odds_tests;
#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod rights_tests;
#[cfg(test)]
mod rules_tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;

use crate::estate::Estate;
use crate::site::Site;
use answer::{Answer, Fault};
use request::Call;

/// A body may have so many bytes.
const MOST_BODY: usize = 4 * 1024 * 1024;

/// Everything under the REST base.
pub(crate) fn router(estate: Arc<Estate>) -> Router {
    Router::new().fallback(handle).with_state(estate)
}

async fn handle(State(estate): State<Arc<Estate>>, request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return answer::preflight();
    }
    let request = match files::pass(&estate, request).await {
        Ok(response) => return response,
        Err(request) => *request,
    };
    let (site, call) = match Call::read(&estate, request).await {
        Ok(read) => read,
        Err(fault) => return answer::respond(Err(fault), None),
    };
    let until = call.session.as_ref().map(|session| session.expires_at);
    answer::respond(route(&site, &call).await, until)
}

/// The table. Segments are compared without regard to case.
async fn route(site: &Arc<Site>, call: &Call) -> Result<Answer, Fault> {
    let segments: Vec<&str> = call.route.iter().map(String::as_str).collect();
    match (call.method.as_str(), segments.as_slice()) {
        ("POST", ["session"]) => sessions::create(site, call).await,
        ("GET", ["session"]) => sessions::get(call, site).await,
        ("DELETE", ["session"]) => sessions::destroy(site, call).await,
        ("DELETE", ["session", which]) => sessions::destroy_other(site, call, which).await,
        ("POST", ["login"]) => sessions::log_in(site, call).await,
        ("DELETE", ["login"]) => sessions::log_out(site, call).await,

        ("POST", ["users"]) => users::sign_up(site, call).await,
        ("GET", ["users"]) => users::list_old(site, call).await,
        ("PUT", ["users"]) => users::update(site, call, None).await,
        ("GET", ["users", "v2"]) => users::list(site, call).await,
        ("GET", ["users", "online"]) => users::online(site, call).await,
        ("GET", ["users", "external", _]) => {
            users::one_by(site, call, "external_id", call.last_segment()).await
        }
        ("GET" | "POST", ["users", "password", "reset"]) => {
            users::ask_for_password(site, call).await
        }
        ("GET", ["users", by]) if by.starts_with("by_") || *by == "phone" => {
            users::by(site, call, by).await
        }
        ("GET", ["users", id]) => users::one(site, call, id).await,
        ("PUT", ["users", id]) => users::update(site, call, Some(id)).await,
        ("DELETE", ["users"]) => users::delete(site, call, None).await,
        ("DELETE", ["users", id]) => users::delete(site, call, Some(id)).await,

        ("POST", ["chat", "dialog"]) => dialogs::create(site, call).await,
        ("GET", ["chat", "dialog"]) => dialog_list::list(site, call).await,
        ("DELETE", ["chat", "dialog", "clearhistory", id]) => dialogs::clear(site, call, id).await,
        ("PUT", ["chat", "dialog", id]) => dialogs::update(site, call, id).await,
        ("DELETE", ["chat", "dialog", ids]) => dialogs::delete(site, call, ids).await,
        ("PUT", ["chat", "dialog", id, "admins"]) => dialogs::admins(site, call, id).await,
        ("POST", ["chat", "dialog", id, "subscribe"]) => dialogs::subscribe(site, call, id).await,
        ("DELETE", ["chat", "dialog", id, "subscribe"]) => {
            dialogs::unsubscribe(site, call, id).await
        }
        ("GET", ["chat", "dialog", id, "occupants"]) => dialogs::occupants(site, call, id).await,
        ("GET" | "PUT", ["chat", "dialog", id, "notifications"]) => {
            dialogs::notifications(site, call, id).await
        }

        ("GET", ["chat", "message"]) => messages::list(site, call).await,
        ("POST", ["chat", "message"]) => messages::create(site, call).await,
        ("PUT", ["chat", "message"]) => messages::update(site, call, "").await,
        ("GET", ["chat", "message", "unread"]) => messages::unread(site, call).await,
        ("POST", ["chat", "message", "system"]) => messages::system(site, call).await,
        ("PUT", ["chat", "message", ids]) => messages::update(site, call, ids).await,
        ("DELETE", ["chat", "message", ids]) => messages::delete(site, call, ids).await,
        ("PUT", ["chat", "message", id, "reactions"]) => messages::react(site, call, id).await,
        ("GET", ["chat", "message", id, "reactions"]) => messages::reactions(site, call, id).await,

        ("GET", ["chat", "search"]) => search::search(site, call).await,

        ("POST", ["blobs"]) => blobs::create(site, call).await,
        ("GET", ["blobs"]) => blobs::list(site, call).await,
        ("PUT" | "POST", ["blobs", id, "complete"]) => blobs::complete(site, call, id).await,
        ("GET", ["blobs", uid, "object"]) => blobs::object(site, call, uid).await,
        ("GET", ["blobs", which]) => blobs::info(site, call, which).await,
        ("PUT", ["blobs", which]) => blobs::update(site, call, which).await,
        ("DELETE", ["blobs", which]) => blobs::delete(site, call, which).await,

        ("POST", ["data", class]) => data::create(site, call, class).await,
        ("GET", ["data", class]) => data::list(site, call, class).await,
        ("POST", ["data", class, "multi"]) => data::create_many(site, call, class).await,
        ("PUT", ["data", class, "multi"]) => data::update_many(site, call, class).await,
        ("PUT", ["data", class, "by_criteria"]) => {
            data::update_by_criteria(site, call, class).await
        }
        ("DELETE", ["data", class, "by_criteria"]) => {
            data::delete_by_criteria(site, call, class).await
        }
        ("GET", ["data", class, ids]) => data::get(site, call, class, ids).await,
        ("PUT", ["data", class, id]) => data::update(site, call, class, id).await,
        ("DELETE", ["data", class, ids]) => data::delete(site, call, class, ids).await,

        ("POST", ["subscriptions"]) => push::subscribe(site, call).await,
        ("GET", ["subscriptions"]) => push::subscriptions(site, call).await,
        ("DELETE", ["subscriptions", id]) => push::unsubscribe(site, call, id).await,
        ("POST", ["events"]) => push::event(site, call),
        ("POST" | "PUT", ["address_book"]) => address_book::upload(site, call).await,
        ("GET", ["address_book"]) => address_book::get(site, call).await,
        ("GET", ["address_book", "registered_users"]) => address_book::registered(site, call).await,

        _ => Err(Fault::not_found()),
    }
}
