//! Why something was refused, in a sentence about the very thing that was
//! asked. What is not allowed is not offered in the first place; these are for
//! rights that were lost meanwhile, and for things that went away.

use kith_engine::EngineError;
use kith_model::FailureReason;
use kith_store::DeedKind;

use crate::error::{Code, UiError};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Send,
    Edit,
    Delete,
    React,
    Pin,
    Forward,
    Retry,
    Report,
    EditInfo,
    AddPeople,
    RemovePeople,
    Appoint,
    Notifications,
    ClearHistory,
    DeleteDialogs,
    Leave,
    Join,
    Look,
    Create,
    Fill,
    Save,
}

impl Wish {
    /// All of them, for the test that looks at their sentences.
    #[cfg(test)]
    const ALL: [Self; 21] = [
        Self::Send,
        Self::Edit,
        Self::Delete,
        Self::React,
        Self::Pin,
        Self::Forward,
        Self::Retry,
        Self::Report,
        Self::EditInfo,
        Self::AddPeople,
        Self::RemovePeople,
        Self::Appoint,
        Self::Notifications,
        Self::ClearHistory,
        Self::DeleteDialogs,
        Self::Leave,
        Self::Join,
        Self::Look,
        Self::Create,
        Self::Fill,
        Self::Save,
    ];

    /// When this person may not.
    const fn not_allowed(self) -> &'static str {
        match self {
            Self::Send => {
                "You cannot write in this conversation. Its owner or an admin can let you."
            }
            Self::Edit => {
                "You can change only messages of your own. To say something to this one, answer it."
            }
            Self::Delete => {
                "You cannot delete this message for everybody. You can delete it for yourself."
            }
            Self::React => {
                "You cannot react to this message. Perhaps you are not in this conversation any more."
            }
            Self::Pin => {
                "Only the owner and the admins pin messages here. Ask one of them to pin it for you."
            }
            Self::Forward => {
                "You cannot write in one of these conversations. Choose others to pass the message on to."
            }
            Self::Retry => {
                "You cannot write in this conversation any more. Copy your text and discard the message."
            }
            Self::Report => {
                "The server does not take your report. Tell whoever runs it in another way."
            }
            Self::EditInfo => {
                "You cannot change this conversation any more. Ask its owner or an admin to do it."
            }
            Self::AddPeople => {
                "You cannot add people here. Ask the owner or an admin of this conversation to do it."
            }
            Self::RemovePeople => {
                "Only the owner and the admins remove people here. You can leave the conversation yourself."
            }
            Self::Appoint => {
                "Only the owner says who the admins are. Ask the owner of this conversation."
            }
            Self::Notifications => {
                "You cannot set this here, because you are not in this conversation. You can still mute it in Kith."
            }
            Self::ClearHistory => {
                "You cannot clear this history for everybody. You can clear it for yourself."
            }
            Self::DeleteDialogs => {
                "You cannot delete this conversation for everybody. You can delete it for yourself."
            }
            Self::Leave => {
                "This conversation cannot be left. You can delete it for yourself or put it into the archive."
            }
            Self::Join => {
                "This conversation is not open to you. Ask somebody who is in it to add you."
            }
            Self::Look => {
                "You can look into this conversation only after joining it. Join it, or choose another one."
            }
            Self::Create => {
                "Your server does not let you make a conversation of this kind. Make a group instead, or ask whoever runs the server."
            }
            Self::Fill => {
                "The server does not show you this part of the conversation. What is on this computer stays."
            }
            Self::Save => {
                "The server does not give you this file. Ask whoever sent it to send it again."
            }
        }
    }

    /// When it is not there any more.
    const fn gone(self) -> &'static str {
        match self {
            Self::Send => {
                "This conversation does not exist any more. Your text is kept; copy it or send it somewhere else."
            }
            Self::Forward => {
                "One of these messages, or where they were to go, does not exist any more. Nothing was sent; choose again."
            }
            Self::Edit | Self::Delete | Self::React | Self::Pin => {
                "This message does not exist any more, so there is nothing to do with it."
            }
            Self::Retry => {
                "This message is not waiting any more. It may have gone out in the meantime."
            }
            Self::Report => {
                "Reports are not enabled on this server. Tell whoever runs it in another way."
            }
            Self::EditInfo
            | Self::AddPeople
            | Self::RemovePeople
            | Self::Appoint
            | Self::Notifications
            | Self::ClearHistory
            | Self::DeleteDialogs
            | Self::Leave
            | Self::Fill => {
                "This conversation does not exist any more. Kith takes it off your list."
            }
            Self::Save => {
                "The file is not where Kith saved it. You can save it again, as long as the server has it."
            }
            Self::Join | Self::Look => {
                "This conversation does not exist any more. Choose another one from the directory."
            }
            Self::Create => {
                "Somebody whom you chose does not exist any more. Choose again and leave them out."
            }
        }
    }

    /// When what was given makes no sense.
    const fn invalid(self) -> &'static str {
        match self {
            Self::Send | Self::Edit => "There is nothing to send yet. Write something first.",
            Self::React => "This is not an emoji that Kith can send. Choose one from the picker.",
            Self::Forward => {
                "Messages that vanish by themselves cannot be passed on. Choose others."
            }
            Self::Appoint => "There can be five admins at most. Take the role from somebody first.",
            Self::Create | Self::EditInfo => {
                "The server does not take this name, picture or field. Change it and try again."
            }
            Self::AddPeople => {
                "These people cannot be added. Perhaps some of them are in it already; look at the list and try again."
            }
            Self::Save => {
                "There is no file behind this that Kith could fetch. Ask whoever sent it to send it again."
            }
            Self::Delete
            | Self::Pin
            | Self::Retry
            | Self::Report
            | Self::RemovePeople
            | Self::Notifications
            | Self::ClearHistory
            | Self::DeleteDialogs
            | Self::Leave
            | Self::Join
            | Self::Look
            | Self::Fill => {
                "The server does not take this. Look at what has changed meanwhile and try again."
            }
        }
    }

    /// The failure with the sentence about this very thing.
    pub(crate) fn refused(self) -> impl Fn(EngineError) -> UiError {
        move |error| {
            let mut error = UiError::from(error);
            let sentence = match error.code {
                Code::NotAllowed => self.not_allowed(),
                Code::Gone => self.gone(),
                Code::InvalidInput => self.invalid(),
                _ => return error,
            };
            sentence.clone_into(&mut error.message);
            error
        }
    }
}

/// Why the server did not take what this person had done to a message here.
/// It is as it was before.
pub(crate) fn undone(kind: DeedKind, reason: FailureReason) -> String {
    let wish = match kind {
        DeedKind::Edit => Wish::Edit,
        DeedKind::DeleteHere | DeedKind::DeleteForAll => Wish::Delete,
        DeedKind::React | DeedKind::TakeReactionBack => Wish::React,
        DeedKind::Pin | DeedKind::Unpin => Wish::Pin,
    };
    match reason {
        FailureReason::NotAllowed | FailureReason::Blocked => wish.not_allowed().to_owned(),
        FailureReason::DialogGone => wish.gone().to_owned(),
        FailureReason::TooLarge => Code::TooLarge.sentence().to_owned(),
        // What is done to messages brings no files along.
        FailureReason::FileTooLarge
        | FailureReason::FileRefused
        | FailureReason::FileLost
        | FailureReason::Refused => wish.invalid().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_says_what_can_be_done() {
        for wish in Wish::ALL {
            for sentence in [wish.not_allowed(), wish.gone(), wish.invalid()] {
                assert!(
                    sentence.ends_with('.') && !sentence.contains('!'),
                    "{wish:?}"
                );
                assert!(sentence.len() > 40, "{wish:?}: {sentence}");
            }
        }
        let not_mine = Wish::Pin.refused()(EngineError::NotAllowed);
        assert_eq!(not_mine.code, Code::NotAllowed);
        assert!(not_mine.message.contains("pin"));
        let offline = Wish::Pin.refused()(EngineError::Offline);
        assert_eq!(
            offline.message,
            Code::Offline.sentence(),
            "not about the thing"
        );
    }
}
