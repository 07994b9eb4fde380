//! Talks to a server: REST for what is, XMPP for what happens.
//!
//! [`Rest`] asks and is answered. [`Chat`] keeps one live stream, reconnects
//! it, and tells everything that arrives as a [`ServerEvent`]. Neither keeps
//! anything on disk: what must not be lost lies in the engine's outbox, and
//! what was missed is fetched again.
//!
//! Whose wire it is ends here: `convert` alone knows both the wire and the
//! model, and nothing above this room knows the wire at all.

mod chat;
mod convert;
mod error;
mod event;
mod proxy;
mod rest;
mod secret;
mod tls;

pub use chat::{AskError, Block, BlockLists, Chat, NotConnected, Password};
pub use error::ClientError;
pub use event::{
    Activity, Edit, Link, LinkLost, MarkerKind, Outgoing, OutgoingMessage, ReactionChange,
    Recipient, Removal, ServerEvent, SystemKind, SystemMessage, Unplaced,
};
pub use proxy::{Proxy, ProxyAddress};
pub use rest::{
    AccountError, Deletion, DialogDeletion, DialogFilter, DialogPage, DialogSort, DialogState,
    DialogUpdate, HistoryQuery, LastMessage, MessageFilter, NewAccount, NewDialog, NewFile,
    NewStoredMessage, PeopleBy, ProfileUpdate, Progress, Provider, Record, RecordPage, ReportError,
    Rest, SearchError, SearchQuery, SearchResult, SearchRule, SignIn, SignedIn, StoredFile,
    TransferError, Unread,
};
pub use secret::Secret;
