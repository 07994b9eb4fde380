/** A list in an order of its own, changed by id: what did not change is not compared again. */

type Item = { id: string };

/**
 * The list with these items in their places and those ids taken out. With few
 * changes it costs one pass, however long the list is.
 */
export function replaced<T extends Item>(
  list: readonly T[],
  upserts: readonly T[],
  removals: readonly string[],
  compare: (a: T, b: T) => number,
): T[] {
  const fresh = new Map(upserts.map((item) => [item.id, item]));
  for (const id of removals) fresh.delete(id);
  const gone = new Set([...removals, ...upserts.map((item) => item.id)]);
  const rest = list.filter((item) => !gone.has(item.id));
  if (fresh.size > 32) return [...rest, ...fresh.values()].sort(compare);
  for (const item of fresh.values()) {
    let low = 0;
    let high = rest.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(rest[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    rest.splice(low, 0, item);
  }
  return rest;
}
