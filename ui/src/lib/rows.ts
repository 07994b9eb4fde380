/**
 * From messages to rows of the timeline: day dividers, the line above what is
 * new, and bubbles in groups. One person's messages within five minutes of each
 * other, on one day, stand together.
 */

export type Written = {
  id: string;
  sender: number;
  is_own: boolean;
  sent_at: number;
  /** Something that happened, told in a quiet line: it stands with nobody. */
  system?: unknown;
};

export type MessageRow<T extends Written> = {
  kind: 'message';
  id: string;
  message: T;
  /** First of its group: bears the name. */
  starts: boolean;
  /** Last of its group: bears the avatar. */
  ends: boolean;
};
export type DayRow = { kind: 'day'; id: string; at: number };
export type NewRow = { kind: 'new'; id: string };
export type Row<T extends Written> = MessageRow<T> | DayRow | NewRow;

const TOGETHER = 5 * 60_000;

const isWords = (message: Written) => message.system === null || message.system === undefined;

/** Rows for the messages, reusing rows of an earlier answer where nothing changed. */
export function rowsOf<T extends Written>(
  messages: readonly T[],
  firstUnread: string | null,
  dayNumber: (at: number) => number,
  before?: ReadonlyMap<string, Row<T>>,
): Row<T>[] {
  const rows: Row<T>[] = [];
  let previous: T | undefined;
  let previousDay = 0;
  let open: MessageRow<T> | undefined;

  const finish = (row: MessageRow<T> | undefined, ends: boolean) => {
    if (row === undefined) return;
    row.ends = ends;
    const known = before?.get(row.id);
    const same =
      known?.kind === 'message' &&
      known.message === row.message &&
      known.starts === row.starts &&
      known.ends === ends;
    rows.push(same ? known : row);
  };

  for (const message of messages) {
    const day = dayNumber(message.sent_at);
    const newDay = previous === undefined || day !== previousDay;
    const isFirstUnread = message.id === firstUnread;
    const joins =
      previous !== undefined &&
      !newDay &&
      !isFirstUnread &&
      isWords(previous) &&
      isWords(message) &&
      previous.sender === message.sender &&
      Math.abs(message.sent_at - previous.sent_at) < TOGETHER;
    finish(open, !joins);
    if (newDay) {
      const id = `day:${message.id}`;
      rows.push(before?.get(id) ?? { kind: 'day', id, at: message.sent_at });
    }
    if (isFirstUnread) rows.push(before?.get('new') ?? { kind: 'new', id: 'new' });
    open = { kind: 'message', id: message.id, message, starts: !joins, ends: true };
    previous = message;
    previousDay = day;
  }
  finish(open, true);
  return rows;
}

/**
 * True when the second list is the first with rows put before it. The first row
 * of the first list may be gone: a day divider that now stands further up.
 */
export function isPrepend(
  before: readonly { id: string }[],
  after: readonly { id: string }[],
): boolean {
  const grown = after.length - before.length;
  if (before.length < 2 || grown <= 0 || before[0]?.id === after[0]?.id) return false;
  return [1, before.length >> 1, before.length - 1].every(
    (index) => before[index]?.id === after[index + grown]?.id,
  );
}
