//! REST bodies, one file per resource (`protocol/rest.md`). Every type is read
//! and written, because the client sends what the server receives and the
//! other way round.
//!
//! Reading is lenient: a number may be text and text a number, a date ISO or
//! unix seconds, a list an object with numbers for keys, and a missing key is
//! the same as `null`. Writing follows the documentation.

mod blob;
mod date;
mod dialog;
mod error;
mod lenient;
mod message;
mod page;
mod record;
mod search;
mod session;
mod small;
mod user;

pub use blob::{Blob, BlobAccess, BlobBody, BlobComplete, NewBlob, upload_form};
pub use date::Date;
pub use dialog::{Change, Dialog, DialogChange, NewDialog};
pub use error::{ErrorBody, SESSION_EXPIRED};
pub use lenient::{ids, is_true, number};
pub use message::{Deleted, Ids, Message, MessageChange, NewMessage, Reactions};
pub use page::{List, Page};
pub use record::{MESSAGE_REPORTS, Record, Records, USER_REPORTS, message_report, user_report};
pub use search::{Found, SearchBody, SearchQuery};
pub use session::{Credentials, Login, NewSession, Session, SessionBody};
pub use small::{Notifications, NotificationsBody, Online, Reactors, Unread, count};
pub use user::{NewUser, User, UserBody};
