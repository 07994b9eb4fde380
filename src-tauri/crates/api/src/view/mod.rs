//! What the screen shows. These are the only types that the UI sees; they are
//! made from the rows of the store here, and nowhere else, and their
//! TypeScript is generated (see [`crate::bindings`]).
//!
//! Names and texts pass as plain text, whatever they contain. Pictures pass
//! only as small `data:` addresses, because the web view loads nothing.

mod app;
mod attachment;
mod details;
mod dialog;
mod draft;
mod home;
mod info;
mod link;
mod message;
mod person;
mod picture;
mod quote;
mod refusal;
mod search;
mod timeline;

pub use app::{
    AccountView, AppView, ConnectionView, KnownView, Phase, ProblemView, Remember, Security,
};
pub(crate) use attachment::opens;
pub use attachment::{
    AttachedView, AttachmentKind, AttachmentView, PlaceView, SavedView, TransferProblem,
    TransferView, UploadState, UploadView,
};
pub use details::{
    DeletedMessages, JournalView, MessageDetails, PropertyView, ReactionDetail, ReceiptView,
    WaitingView,
};
pub use dialog::{DialogKind, DialogView, LastMessageView, Rights, Role};
pub use draft::{DraftView, StagedView};
pub use home::{HomePatch, HomeSnapshot, PresenceView, ReadingPlaceView, TypingView};
pub use info::{
    DeletedDialogs, DialogInfo, DirectoryEntry, DirectoryView, HoleView, LinkShared, MembersView,
    PreviewView, UnreadReason, WhyUnread,
};
pub use link::{LinkReason, LinkState, LinkView};
pub use message::{Delivery, FailureReason, MessageView};
pub use person::{FindBy, PersonView};
pub(crate) use picture::picture;
pub use quote::{DeedView, ForwardView, ReactionView, ReplyView, SystemKind, SystemView};
pub use refusal::{DeedKind, RefusalView};
pub use search::{FoundPage, FoundView, SnippetPart};
pub use timeline::{TimelinePage, TimelinePatch, TimelineSnapshot};
