/**
 * A text in one line, without the signs of its formatting: for lists. It only
 * looks at pairs of signs; what a text really is, `markup` knows, and that is
 * too much for the first picture.
 */

const PAIR = /(^|[\s\p{P}])(\*{1,3}|_{1,3}|~{1,2}|`)(?=\S)([^\n]*?\S)\2(?=$|[\s\p{P}])/gu;

export function unmarked(text: string): string {
  if (!/[*_~`>\]]/.test(text)) return text;
  let plain = text
    .replace(/```[\w+#.-]*\n?/g, '')
    .replace(/\[([^\]\n]+)\]\((?:https?|mailto):[^)\s]*\)/g, '$1')
    .replace(/^ {0,3}> ?/gm, '');
  // Pairs within pairs.
  for (let turn = 0; turn < 3; turn += 1) {
    const next = plain.replace(PAIR, '$1$3');
    if (next === plain) break;
    plain = next;
  }
  return plain;
}
