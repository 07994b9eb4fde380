/** Who is named in a text: an @ with a whole name behind it. */

export type Namable = { user: number; name: string };

/** The id that stands for everybody. */
export const EVERYBODY = 0;

/** Whom the text names, each once, in order. Longer names win over those they begin with. */
export function mentionsIn(text: string, people: readonly Namable[]): number[] {
  const found = new Set<number>();
  const longest = [...people].sort((a, b) => b.name.length - a.name.length);
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    // An address of mail is not somebody who is called.
    if (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) continue;
    const person = longest.find(({ name }) => name !== '' && isWhole(text, at + 1, name));
    if (person !== undefined) found.add(person.user);
  }
  return [...found];
}

function isWhole(text: string, at: number, name: string): boolean {
  return text.startsWith(name, at) && !/[\p{L}\p{N}]/u.test(text[at + name.length] ?? '');
}
