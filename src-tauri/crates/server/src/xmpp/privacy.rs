//! Privacy lists over XMPP (`protocol/xmpp.md` §14). Other sessions are not
//! told of a change: the SDK would take that for a "last activity".

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use kith_wire::xmpp::privacy::Request;

use crate::chat::{Refusal, privacy};
use crate::site::Site;
use crate::xmpp::iq::Reply;

/// Answers a question about privacy lists.
pub(super) async fn take(site: &Site, user_id: i64, query: &Element, is_set: bool) -> Reply {
    let Some(request) = Request::read(query, is_set) else {
        return Reply::Error(400, "modify", "bad-request", "The list makes no sense.");
    };
    match answer(site, user_id, request).await {
        Ok(Some(child)) => Reply::With(Element::new("query", ns::PRIVACY).with_children(child)),
        Ok(None) => Reply::Empty,
        Err(refusal) => Reply::Refused(refusal),
    }
}

async fn answer(
    site: &Site,
    user_id: i64,
    request: Request,
) -> Result<Option<Vec<Element>>, Refusal> {
    match request {
        Request::Names => {
            let (default, names) = privacy::names(site, user_id).await?;
            let element =
                |kind: &str, name: String| Element::new(kind, ns::PRIVACY).with("name", name);
            let default = default.map(|name| element("default", name));
            let lists = names.into_iter().map(|name| element("list", name));
            Ok(Some(default.into_iter().chain(lists).collect()))
        }
        Request::Get(name) => Ok(Some(vec![
            privacy::get(site, user_id, &name).await?.write(),
        ])),
        Request::Set(list) => privacy::set(site, user_id, &list).await.map(|()| None),
        Request::Default(name) => privacy::set_default(site, user_id, name.as_deref())
            .await
            .map(|()| None),
        // To use no list in particular is what everybody does.
        Request::Active(None) => Ok(None),
        Request::Active(Some(_)) => Err(Refusal::NotImplemented(
            "A list is in force for all your devices or for none. Make it the default.",
        )),
    }
}
