/**
 * What lies over the conversation: a dialog in the middle of the window, a photo
 * in large, the information where there is no room for it at the side. Behind
 * it nobody reads.
 */

/** Puts away what lies there. */
type Close = () => void;

export class Covers {
  #lying = new Set<{ close: Close }>();
  #listeners = new Set<() => void>();

  /** Something lies over the conversation, until what is answered is called. */
  lay(close: Close): () => void {
    const one = { close };
    this.#lying.add(one);
    this.#tell();
    return () => {
      if (this.#lying.delete(one)) this.#tell();
    };
  }

  get isAny(): boolean {
    return this.#lying.size > 0;
  }

  /** Puts away all of it, what lies on top first. */
  clear(): void {
    for (const { close } of [...this.#lying].reverse()) close();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
