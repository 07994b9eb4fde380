/**
 * A value that is made when it is first asked for. For what takes milliseconds to
 * make, as everything of `Intl` does, and is not needed for the first picture.
 */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
