//! The home screen: the list of conversations and what stands around it.

use kith_model::{DialogId, MessageId, UserId};
use kith_store::ReadingPlace;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DialogView, LinkView, PersonView, TransferView};

/// Who writes in a dialog just now; nobody when the list is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TypingView {
    /// Where.
    #[ts(type = "DialogId")]
    pub dialog: DialogId,
    /// Who.
    #[ts(type = "UserId[]")]
    pub people: Vec<UserId>,
}

/// Whether somebody is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PresenceView {
    /// Who.
    #[ts(type = "UserId")]
    pub person: UserId,
    /// Whether they are connected just now.
    pub is_online: bool,
    /// When they were there last, when told.
    #[ts(type = "Millis | null")]
    pub last_seen: Option<i64>,
}

/// Where somebody was reading in a dialog, further up than its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReadingPlaceView {
    /// Which dialog.
    #[ts(type = "DialogId")]
    pub dialog: DialogId,
    /// The message at the upper edge of the view.
    #[ts(type = "MessageId")]
    pub message: MessageId,
    /// How many pixels below that edge it began.
    pub top: i32,
}

impl From<ReadingPlace> for ReadingPlaceView {
    fn from(place: ReadingPlace) -> Self {
        Self {
            dialog: place.dialog,
            message: place.message,
            top: place.top,
        }
    }
}

/// The home screen at one moment. It starts the stream of [`HomePatch`]es: the
/// next one's `rev` is this one's plus one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HomeSnapshot {
    /// The number of this state.
    pub rev: u32,
    /// Who is signed in.
    pub me: PersonView,
    /// The connection.
    pub link: LinkView,
    /// The top of the list, in no order: sort by `sort_at`. The rest of a long one follows at once in patches.
    pub dialogs: Vec<DialogView>,
    /// People whom the screen may name.
    pub people: Vec<PersonView>,
    /// How many messages wait to be read in all dialogs together.
    pub unread_total: u32,
    /// How many own messages have not gone out from dialogs that have left the list.
    pub waiting_elsewhere: u32,
    /// Where somebody was reading, in each dialog where that was not the end.
    pub places: Vec<ReadingPlaceView>,
    /// Who writes where.
    pub typing: Vec<TypingView>,
    /// Who is there, of those about whom it is known.
    pub presence: Vec<PresenceView>,
    /// Files that are being saved, or could not be.
    pub transfers: Vec<TransferView>,
}

/// What changed on the home screen. Applying it twice is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HomePatch {
    /// The number of the state that this leads to.
    pub rev: u32,
    /// These dialogs are now so.
    pub dialogs: Vec<DialogView>,
    /// These dialogs are gone.
    #[ts(type = "DialogId[]")]
    pub removed: Vec<DialogId>,
    /// These people are now so.
    pub people: Vec<PersonView>,
    /// The connection is now so; `null` when it did not change.
    pub link: Option<LinkView>,
    /// How many messages wait to be read in all dialogs together.
    pub unread_total: u32,
    /// How many own messages have not gone out from dialogs that have left the list; `null` when that did not change.
    pub waiting_elsewhere: Option<u32>,
}
