//! Blocking: what people's privacy lists keep out (`protocol/xmpp.md` §14).
//!
//! Only a person's default list counts. The lists in force are held in memory,
//! because every message that is passed on asks them. What a list says follows
//! XEP-0016: the first rule, by its order, that is about the other person and
//! the kind of stanza decides. So a rule with the four children blocks one way,
//! and a rule without children both ways.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use kith_wire::xml::Element;
use kith_wire::xmpp::privacy::{Action, Item, Kinds, List};

use crate::chat::Refusal;
use crate::chat::address::user_id;
use crate::db::privacy::{self, Stored};
use crate::db::{Database, Turn};
use crate::site::Site;

/// One person may have so many lists, each with so many rules.
const MOST_LISTS: usize = 50;
const MOST_ITEMS: usize = 2_000;
/// A name or an address has at most so many bytes.
const MOST_TEXT: usize = 512;

/// The lists in force.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    lists: RwLock<HashMap<i64, Arc<List>>>,
}

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    MessageIn,
    MessageOut,
    PresenceOut,
    IqIn,
}

/// Who the other one is: a person, or a person as they write in rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Peer {
    User(i64),
    InRooms(i64),
}

impl Blocks {
    /// Reads the lists in force.
    pub(crate) async fn load(db: &Database) -> Result<Self, sqlx::Error> {
        let lists = privacy::defaults(db.read())
            .await?
            .into_iter()
            .map(|stored| (stored.user_id, Arc::new(in_order(read(&stored)))))
            .collect();
        Ok(Self {
            lists: RwLock::new(lists),
        })
    }

    fn put(&self, user_id: i64, list: Option<List>) {
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        match list {
            Some(list) => lists.insert(user_id, Arc::new(in_order(list))),
            None => lists.remove(&user_id),
        };
    }

    fn of(&self, user_id: i64) -> Option<Arc<List>> {
        self.lists
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&user_id)
            .cloned()
    }

    fn denies(&self, site: &Site, owner: i64, peer: Peer, what: What) -> bool {
        let Some(list) = self.of(owner) else {
            return false;
        };
        list.items
            .iter()
            .find(|item| is_about(item.kinds, what) && fits(site, item, peer))
            .is_some_and(|item| item.action == Action::Deny)
    }
}

impl Site {
    /// Whether a 1-1 stanza from one person to another is kept back: because the other
    /// blocks the author, or because the author blocks the other both ways.
    pub(crate) fn keeps_apart(&self, author: i64, recipient: i64) -> bool {
        author != recipient
            && (self
                .blocks
                .denies(self, recipient, Peer::User(author), What::MessageIn)
                || self
                    .blocks
                    .denies(self, author, Peer::User(recipient), What::MessageOut))
    }

    /// Whether a member of a room does not want what somebody writes there.
    pub(crate) fn silences(&self, member: i64, author: i64) -> bool {
        member != author
            && self
                .blocks
                .denies(self, member, Peer::InRooms(author), What::MessageIn)
    }

    /// Whether somebody's presence and last activity are hidden from another person.
    pub(crate) fn hides(&self, owner: i64, from: i64) -> bool {
        owner != from
            && (self
                .blocks
                .denies(self, owner, Peer::User(from), What::PresenceOut)
                || self
                    .blocks
                    .denies(self, owner, Peer::User(from), What::IqIn))
    }
}

fn is_about(kinds: Kinds, what: What) -> bool {
    kinds.is_everything()
        || match what {
            What::MessageIn => kinds.message,
            What::PresenceOut => kinds.presence_out,
            What::IqIn => kinds.iq,
            What::MessageOut => false,
        }
}

fn fits(site: &Site, item: &Item, peer: Peer) -> bool {
    match item.kind.as_deref() {
        None => return true,
        Some("jid") => {}
        // There are no contact lists, so nobody is in a group or subscribed.
        Some(_) => return false,
    }
    let Some(value) = item.value.as_deref() else {
        return false;
    };
    let rooms = site.identity.muc_domain.as_str();
    match peer {
        Peer::User(id) => match value.split_once('@') {
            Some((local, domain)) => {
                domain == site.identity.chat_domain && user_id(local) == Some(id)
            }
            None => value == site.identity.chat_domain,
        },
        Peer::InRooms(id) => match value.split_once('/') {
            Some((domain, nick)) => domain == rooms && nick.parse() == Ok(id),
            None => value == rooms,
        },
    }
}

fn in_order(mut list: List) -> List {
    list.items.sort_by_key(|item| item.order);
    list
}

fn read(stored: &Stored) -> List {
    let items: Vec<String> = serde_json::from_str(&stored.items).unwrap_or_default();
    let items = items
        .iter()
        .filter_map(|item| Item::read(&Element::parse(item).ok()?))
        .collect();
    List {
        name: stored.name.clone(),
        items,
    }
}

/// The names of a person's lists, and the one in force.
pub(crate) async fn names(
    site: &Site,
    user_id: i64,
) -> Result<(Option<String>, Vec<String>), Refusal> {
    let lists = privacy::of(site.db.read(), user_id).await?;
    let default = lists
        .iter()
        .find(|list| list.is_default)
        .map(|list| list.name.clone());
    Ok((default, lists.into_iter().map(|list| list.name).collect()))
}

/// One list, as the SDK can read it.
pub(crate) async fn get(site: &Site, user_id: i64, name: &str) -> Result<List, Refusal> {
    let lists = privacy::of(site.db.read(), user_id).await?;
    let stored = lists.iter().find(|list| list.name == name).ok_or(NO_LIST)?;
    Ok(read(stored).paired(&site.identity.muc_domain))
}

const NO_LIST: Refusal = Refusal::NotFound("There is no such list.");

/// Stores a list, or deletes it when it has no rules. Takes effect at once when the list
/// is in force.
pub(crate) async fn set(site: &Site, user_id: i64, list: &List) -> Result<(), Refusal> {
    let is_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > MOST_TEXT);
    if list.items.len() > MOST_ITEMS
        || list.name.len() > MOST_TEXT
        || list
            .items
            .iter()
            .any(|item| is_long(&item.value) || is_long(&item.kind))
    {
        return Err(Refusal::TooLarge("The list is too long.".to_owned()));
    }
    let mut turn = site.db.turn().await?;
    let known = privacy::of(&mut *turn.connection(), user_id).await?;
    if list.items.is_empty() {
        if !privacy::delete(turn.connection(), user_id, &list.name).await? {
            return Err(NO_LIST);
        }
        return refresh(site, turn, user_id).await;
    }
    if known.len() >= MOST_LISTS && known.iter().all(|known| known.name != list.name) {
        return Err(Refusal::TooLarge("You have too many lists.".to_owned()));
    }
    let items: Vec<String> = list
        .items
        .iter()
        .map(|item| item.write().to_xml())
        .collect();
    let items = serde_json::Value::from(items).to_string();
    privacy::put(turn.connection(), user_id, &list.name, &items).await?;
    refresh(site, turn, user_id).await
}

/// Puts a list in force, or none.
pub(crate) async fn set_default(
    site: &Site,
    user_id: i64,
    name: Option<&str>,
) -> Result<(), Refusal> {
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    if !privacy::set_default(&mut tx, user_id, name).await? {
        return Err(NO_LIST);
    }
    tx.commit().await?;
    refresh(site, turn, user_id).await
}

/// Brings what is held in memory up to date, still in turn, so that two changes cannot
/// pass each other.
async fn refresh(site: &Site, mut turn: Turn, user_id: i64) -> Result<(), Refusal> {
    let lists = privacy::of(&mut *turn.connection(), user_id).await?;
    site.blocks
        .put(user_id, lists.iter().find(|list| list.is_default).map(read));
    Ok(())
}
