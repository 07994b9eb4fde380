//! Privacy lists over XMPP (`protocol/xmpp.md` §14). Other sessions are not
//! told of a change: the SDK would take that for a "last activity".

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use kith_wire::xmpp::privacy::Request;

use crate::chat::{Refusal, privacy};
use crate::hub::Session;
use crate::site::Site;
use crate::xmpp::iq::Reply;

/// Answers a question about privacy lists.
pub(super) async fn take(site: &Site, session: &Session, query: &Element, is_set: bool) -> Reply {
    let Some(request) = Request::read(query, is_set) else {
        return Reply::Error(400, "modify", "bad-request", "The list makes no sense.");
    };
    match answer(site, session, request).await {
        Ok(Some(child)) => Reply::With(Element::new("query", ns::PRIVACY).with_children(child)),
        Ok(None) => Reply::Empty,
        Err(refusal) => Reply::Refused(refusal),
    }
}

async fn answer(
    site: &Site,
    session: &Session,
    request: Request,
) -> Result<Option<Vec<Element>>, Refusal> {
    let user_id = session.user_id;
    match request {
        Request::Names => {
            let names = privacy::names(site, session).await?;
            let element =
                |kind: &str, name: String| Element::new(kind, ns::PRIVACY).with("name", name);
            let active = names.active.map(|name| element("active", name));
            let default = names.default.map(|name| element("default", name));
            let lists = names.all.into_iter().map(|name| element("list", name));
            Ok(Some(
                active.into_iter().chain(default).chain(lists).collect(),
            ))
        }
        Request::Get(name) => Ok(Some(vec![
            privacy::get(site, user_id, &name).await?.write(),
        ])),
        Request::Set(list) => privacy::set(site, user_id, &list).await.map(|()| None),
        Request::Default(name) => privacy::set_default(site, user_id, name.as_deref())
            .await
            .map(|()| None),
        Request::Active(name) => privacy::set_active(site, session, name.as_deref())
            .await
            .map(|()| None),
    }
}
