//! Everything about one message, and the list of what has not gone out.

use kith_model::MessageId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Delivery, FailureReason, MessageView, PersonView};

/// A named text: an own field of a message or of a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PropertyView {
    /// Its name.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// Who has a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptView {
    /// Who.
    pub person: PersonView,
    /// Whether it reached one of their devices.
    pub delivered: bool,
    /// Whether they have read it.
    pub read: bool,
}

/// Who thinks what of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReactionDetail {
    /// The emoji.
    pub emoji: String,
    /// Everybody who gave it, as far as told.
    pub people: Vec<PersonView>,
}

/// One change of a message's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JournalView {
    /// When.
    #[ts(type = "Millis")]
    pub at: i64,
    /// The state from then on.
    pub state: Delivery,
    /// Why: a code such as `written`, `handed_over`, `link_broke`, `acknowledged` or a failure's name.
    pub reason: String,
}

impl From<&kith_store::JournalEntry> for JournalView {
    fn from(entry: &kith_store::JournalEntry) -> Self {
        Self {
            at: entry.at.millis(),
            state: entry.state.into(),
            reason: entry.reason.clone(),
        }
    }
}

/// Everything about a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageDetails {
    /// The message.
    pub message: MessageView,
    /// Its own fields, those of other applications among them.
    pub properties: Vec<PropertyView>,
    /// Who has it; of own messages only.
    pub receipts: Vec<ReceiptView>,
    /// Who thinks what of it.
    pub reactions: Vec<ReactionDetail>,
    /// How it came to the state that it is in; of own messages that went out from here.
    pub journal: Vec<JournalView>,
}

/// A message that has not gone out yet, or has failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingView {
    /// The message.
    pub message: MessageView,
    /// Where it goes.
    pub dialog_name: String,
    /// Whether that dialog is in the list. From one that this person is not in any more nothing goes out; its words can be copied, and it can be discarded.
    pub is_here: bool,
    /// How far it has come.
    pub state: Delivery,
    /// Why it waits for the person, when it has failed.
    pub reason: Option<FailureReason>,
    /// How often it was tried.
    pub attempts: u32,
    /// When Kith tries again, when it knows.
    #[ts(type = "Millis | null")]
    pub next_attempt_at: Option<i64>,
    /// How it came to this.
    pub journal: Vec<JournalView>,
}

/// What became of messages that were to be deleted. A refusal that comes later brings the row back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeletedMessages {
    /// These are gone.
    #[ts(type = "MessageId[]")]
    pub deleted: Vec<MessageId>,
    /// These stay.
    #[ts(type = "MessageId[]")]
    pub refused: Vec<MessageId>,
}
