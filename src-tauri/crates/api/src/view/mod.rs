//! What the screen shows. These are the only types that the UI sees; they are
//! made from the rows of the store here, and nowhere else, and their
//! TypeScript is generated (see [`crate::bindings`]).
//!
//! Names and texts pass as plain text, whatever they contain. Pictures pass
//! only as small `data:` addresses, because the web view loads nothing.

mod app;
mod dialog;
mod home;
mod link;
mod message;
mod person;
mod picture;
mod timeline;

pub use app::{AccountView, AppView, ConnectionView, Phase, ProblemView, Remember, Security};
pub use dialog::{DialogKind, DialogView, LastMessageView};
pub use home::{HomePatch, HomeSnapshot, TypingView};
pub use link::{LinkReason, LinkState, LinkView};
pub use message::{AttachmentKind, AttachmentView, Delivery, FailureReason, MessageView};
pub use person::PersonView;
pub(crate) use picture::picture;
pub use timeline::{TimelinePage, TimelinePatch, TimelineSnapshot};
