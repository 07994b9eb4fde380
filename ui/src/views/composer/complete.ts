/** What is being typed that could be completed: a name after @, an emoji after a colon. */

export type Sought = { kind: 'mention' | 'emoji'; query: string; from: number; to: number };

const MENTION = /(?:^|[\s(])@([^\n@]{0,40})$/u;
const EMOJI = /(?:^|[\s(])(:([\p{L}\p{N}_+-]{2,30}))$/u;
/** With a colon at the end it is meant as it stands. */
const WHOLE_EMOJI = /(?:^|[\s(])(:([\p{L}\p{N}_+-]{2,30}):)$/u;

/** What is sought where the caret is. */
export function sought(text: string, caret: number, canMention: boolean): Sought | null {
  const before = text.slice(0, caret);
  const emoji = EMOJI.exec(before);
  if (emoji !== null) {
    return {
      kind: 'emoji',
      query: emoji[2] ?? '',
      from: caret - (emoji[1] ?? '').length,
      to: caret,
    };
  }
  const mention = canMention ? MENTION.exec(before) : null;
  if (mention === null) return null;
  const query = mention[1] ?? '';
  return { kind: 'mention', query, from: caret - query.length - 1, to: caret };
}

/** A shortcode that has just been closed. */
export function closedShortcode(text: string, caret: number): Sought | null {
  const found = WHOLE_EMOJI.exec(text.slice(0, caret));
  if (found === null) return null;
  return { kind: 'emoji', query: found[2] ?? '', from: caret - (found[1] ?? '').length, to: caret };
}
