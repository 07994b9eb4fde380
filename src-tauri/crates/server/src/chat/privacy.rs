//! Blocking: what people's privacy lists keep out (`protocol/xmpp.md` §14).
//!
//! A person's default list counts, or the list that one of their sessions made
//! its active one. The lists in force are held in memory, because every message
//! that is passed on asks them. What a list says follows
//! XEP-0016: the first rule, by its order, that is about the other person and
//! the kind of stanza decides. So a rule with the four children blocks one way,
//! and a rule without children both ways.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kith_wire::xml::Element;
use kith_wire::xmpp::privacy::{Action, Item, Kinds, List};

use crate::chat::address::user_id;
use crate::chat::{Author, Refusal};
use crate::db::privacy::{self, Stored};
use crate::db::{Database, Turn};
use crate::hub::Session;
use crate::site::Site;

/// One person may have so many lists, each with so many rules.
const MOST_LISTS: usize = 50;
const MOST_ITEMS: usize = 2_000;
/// A name or an address has at most so many bytes.
const MOST_TEXT: usize = 512;

/// The lists in force.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    lists: RwLock<Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    /// By person.
    default: HashMap<i64, Arc<List>>,
    /// By person and resource: those of sessions that chose one for themselves.
    active: HashMap<i64, HashMap<String, Arc<List>>>,
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
        let default = privacy::defaults(db.read())
            .await?
            .into_iter()
            .map(|stored| (stored.user_id, Arc::new(in_order(read(&stored)))))
            .collect();
        Ok(Self {
            lists: RwLock::new(Lists {
                default,
                active: HashMap::new(),
            }),
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, Lists> {
        self.lists.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Lists> {
        self.lists.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what a person's lists say now.
    fn put(&self, user_id: i64, stored: &[Stored]) {
        let mut lists = self.write();
        match stored.iter().find(|list| list.is_default) {
            Some(list) => lists
                .default
                .insert(user_id, Arc::new(in_order(read(list)))),
            None => lists.default.remove(&user_id),
        };
        if let Some(active) = lists.active.get_mut(&user_id) {
            active.retain(|_, list| {
                let now = stored.iter().find(|stored| stored.name == list.name);
                if let Some(now) = now {
                    *list = Arc::new(in_order(read(now)));
                }
                now.is_some()
            });
            if active.is_empty() {
                lists.active.remove(&user_id);
            }
        }
    }

    /// The name of the list that a session made its active one.
    fn active(&self, session: &Session) -> Option<String> {
        let lists = self.read();
        let list = lists.active.get(&session.user_id)?.get(&session.resource)?;
        Some(list.name.clone())
    }

    /// Forgets what a session had chosen, when it is over.
    pub(crate) fn forget(&self, session: &Session) {
        let mut lists = self.write();
        if let Some(active) = lists.active.get_mut(&session.user_id) {
            active.remove(&session.resource);
            if active.is_empty() {
                lists.active.remove(&session.user_id);
            }
        }
    }
}

impl Lists {
    /// What counts for one session of a person, or for the person.
    fn of(&self, owner: i64, resource: Option<&str>) -> Option<&List> {
        let active = || self.active.get(&owner)?.get(resource?);
        active()
            .or_else(|| self.default.get(&owner))
            .map(AsRef::as_ref)
    }
}

fn denies(site: &Site, list: Option<&List>, peer: Peer, what: What) -> bool {
    list.is_some_and(|list| {
        list.items
            .iter()
            .find(|item| is_about(item.kinds, what) && fits(site, item, peer))
            .is_some_and(|item| item.action == Action::Deny)
    })
}

impl Site {
    /// Whether a person denies something everywhere: by the default list, or, where sessions
    /// have lists of their own, in every one of them.
    fn denies(&self, owner: i64, peer: Peer, what: What) -> bool {
        // Asked before the lists are held: the hub has a lock of its own.
        let has_active = self.blocks.read().active.contains_key(&owner);
        let sessions = if has_active {
            self.hub.of(owner)
        } else {
            Vec::new()
        };
        let lists = self.blocks.read();
        if sessions.is_empty() {
            return denies(self, lists.of(owner, None), peer, what);
        }
        sessions
            .iter()
            .all(|session| denies(self, lists.of(owner, Some(&session.resource)), peer, what))
    }

    /// Whether one session takes something in.
    fn takes(&self, session: &Session, peer: Peer) -> bool {
        let lists = self.blocks.read();
        let list = lists.of(session.user_id, Some(&session.resource));
        !denies(self, list, peer, What::MessageIn)
    }

    /// Whether a 1-1 stanza from one person to another is kept back: because the other
    /// blocks the author, or because the author blocks the other both ways.
    pub(crate) fn keeps_apart(&self, author: &Author, recipient: i64) -> bool {
        author.user_id != recipient
            && (self.denies(recipient, Peer::User(author.user_id), What::MessageIn)
                || denies(
                    self,
                    self.blocks
                        .read()
                        .of(author.user_id, author.resource.as_deref()),
                    Peer::User(recipient),
                    What::MessageOut,
                ))
    }

    /// Whether a session hears what somebody writes to it.
    pub(crate) fn hears(&self, session: &Session, author: i64) -> bool {
        session.user_id == author || self.takes(session, Peer::User(author))
    }

    /// Whether a session hears what somebody writes in a room.
    pub(crate) fn hears_in_rooms(&self, session: &Session, author: i64) -> bool {
        session.user_id == author || self.takes(session, Peer::InRooms(author))
    }

    /// Whether a member of a room does not want what somebody writes there.
    pub(crate) fn silences(&self, member: i64, author: i64) -> bool {
        member != author && self.denies(member, Peer::InRooms(author), What::MessageIn)
    }

    /// Whether somebody's presence and last activity are hidden from another person.
    pub(crate) fn hides(&self, owner: i64, from: i64) -> bool {
        owner != from
            && (self.denies(owner, Peer::User(from), What::PresenceOut)
                || self.denies(owner, Peer::User(from), What::IqIn))
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

/// The names of a person's lists.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) default: Option<String>,
    /// That of the session that asks.
    pub(crate) active: Option<String>,
    pub(crate) all: Vec<String>,
}

/// The names of a person's lists, and those in force.
pub(crate) async fn names(site: &Site, session: &Session) -> Result<Names, Refusal> {
    let lists = privacy::of(site.db.read(), session.user_id).await?;
    Ok(Names {
        default: lists
            .iter()
            .find(|list| list.is_default)
            .map(|list| list.name.clone()),
        active: site.blocks.active(session),
        all: lists.into_iter().map(|list| list.name).collect(),
    })
}

/// Makes a list the one that counts for this session, until it ends, or the default one
/// again (XEP-0016 §2.4).
pub(crate) async fn set_active(
    site: &Site,
    session: &Session,
    name: Option<&str>,
) -> Result<(), Refusal> {
    let Some(name) = name else {
        site.blocks.forget(session);
        return Ok(());
    };
    // In turn, so that the list cannot change between reading it and holding it.
    let mut turn = site.db.turn().await?;
    let lists = privacy::of(turn.connection(), session.user_id).await?;
    let stored = lists.iter().find(|list| list.name == name).ok_or(NO_LIST)?;
    let list = Arc::new(in_order(read(stored)));
    site.blocks
        .write()
        .active
        .entry(session.user_id)
        .or_default()
        .insert(session.resource.clone(), list);
    drop(turn);
    Ok(())
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
    let known = privacy::of(turn.connection(), user_id).await?;
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
    let lists = privacy::of(turn.connection(), user_id).await?;
    site.blocks.put(user_id, &lists);
    Ok(())
}
