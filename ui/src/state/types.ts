/** The views' names for what the backend tells. */

export type {
  AccountView,
  AppView,
  AttachmentView,
  Code,
  ConnectionView,
  Delivery,
  DialogId,
  DialogKind,
  DialogView,
  FailureReason,
  LastMessageView,
  LinkState,
  LinkView,
  MessageId,
  MessageView,
  PersonView,
  Remember,
  TypingView,
  UserId,
} from '../backend/bindings';
export type { Backend, CallError } from '../backend/backend';
