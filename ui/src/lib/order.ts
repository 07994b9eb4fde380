/** Lists that are kept in order by a key, and changed by id. */

/** Where a key belongs in a list that is in order: behind all that are smaller. */
export function lowerBound<T>(list: readonly T[], key: string, keyOf: (item: T) => string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(list[middle] as T) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Keyed = { id: string; key: string };

/**
 * The list with the upserts put in by id and the removals taken out, in order
 * of key. Doing it twice is the same as doing it once.
 */
export function patched<T extends Keyed>(
  list: readonly T[],
  upserts: readonly T[],
  removals: readonly string[] = [],
): T[] {
  const gone = new Set(removals);
  const next = new Map(upserts.filter((item) => !gone.has(item.id)).map((item) => [item.id, item]));
  const result: T[] = [];
  let moved = false;
  for (const item of list) {
    if (gone.has(item.id)) continue;
    const newer = next.get(item.id);
    if (newer === undefined) {
      result.push(item);
    } else {
      next.delete(item.id);
      if (newer.key === item.key) result.push(newer);
      else {
        // Its place changed, as when the server gives a sent message its time.
        next.set(newer.id, newer);
        moved = true;
      }
    }
  }
  const keyOf = (item: T) => item.key;
  const fresh = [...next.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const last = result.at(-1);
  const first = fresh[0];
  if (!moved && first !== undefined && (last === undefined || last.key < first.key)) {
    result.push(...fresh);
    return result;
  }
  const end = fresh.at(-1);
  if (!moved && end !== undefined && result[0] !== undefined && end.key < result[0].key) {
    return [...fresh, ...result];
  }
  for (const item of fresh) result.splice(lowerBound(result, item.key, keyOf), 0, item);
  return result;
}
