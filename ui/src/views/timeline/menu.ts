/** What can be done with a message. */

type Message = { body: string; delivery: string };

/** It has not gone out: it can be taken back. */
export function canTakeBack({ delivery }: Message): boolean {
  return delivery === 'failed' || delivery === 'queued';
}

/** There is something to do with it at all. */
export function hasMenu(message: Message): boolean {
  return message.body !== '' || canTakeBack(message);
}
