/** The photo that is looked at in large, among those of the messages that are here. */

import { isPhoto } from './attached';
import type { AttachmentView, MessageId, MessageView } from './types';

/** A photo, and where it hangs: `index` counts the message's attachments. */
export type Photo = { message: MessageView; attachment: AttachmentView; index: number };

type Messages = {
  readonly messages: readonly MessageView[];
  get(id: MessageId): MessageView | undefined;
};

const photosOf = (message: MessageView): Photo[] =>
  message.attachments.flatMap((attachment, index) =>
    isPhoto(attachment) ? [{ message, attachment, index }] : [],
  );

export class Viewer {
  #at = $state.raw<Photo | null>(null);
  /** The message that somebody came from. */
  from: MessageId | null = null;

  constructor(private readonly timeline: Messages) {}

  /** Opens a message's photo; its first when none is named. */
  open(message: MessageView, index?: number): void {
    const photos = photosOf(message);
    this.#at = photos.find((photo) => index === undefined || photo.index === index) ?? null;
    this.from = message.id;
  }

  close(): void {
    this.#at = null;
  }

  /** These messages are no more. */
  gone(ids: readonly MessageId[]): void {
    if (this.#at !== null && ids.includes(this.#at.message.id)) this.close();
  }

  /** What is looked at, as it is now. */
  get photo(): Photo | null {
    const at = this.#at;
    if (at === null) return null;
    const message = this.timeline.get(at.message.id) ?? at.message;
    const attachment = message.attachments[at.index];
    return attachment === undefined ? at : { message, attachment, index: at.index };
  }

  /** All of those that are here, the oldest first. */
  get photos(): Photo[] {
    return this.timeline.messages.flatMap(photosOf);
  }

  /** Which of them it is; -1 when its message is not among those any more. */
  get place(): number {
    const at = this.#at;
    return this.photos.findIndex(
      ({ message, index }) => message.id === at?.message.id && index === at.index,
    );
  }

  /** The one so many further, if there is one. */
  neighbour(by: number): Photo | undefined {
    const { place } = this;
    return place < 0 ? undefined : this.photos[place + by];
  }

  step(by: number): void {
    this.#at = this.neighbour(by) ?? this.#at;
  }
}
