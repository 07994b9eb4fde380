// Waiting for what others say, without looking again and again.

/** Everything that came, and a way to wait for what has come or will come. */
export class Heard {
  #all = [];
  #waiting = new Set();

  /** Something came. */
  push(item) {
    this.#all.push(item);
    for (const wait of [...this.#waiting]) wait(item);
  }

  /** Everything so far. */
  get all() {
    return [...this.#all];
  }

  /** The first item, past or to come, that fits. */
  async find(what, fits, milliseconds = 20_000) {
    const found = this.#all.find(fits);
    if (found !== undefined) return found;
    return this.next(what, fits, milliseconds);
  }

  /** The first item from now on that fits. */
  next(what, fits, milliseconds = 20_000) {
    return new Promise((resolve, reject) => {
      const wait = (item) => {
        if (!fits(item)) return;
        clearTimeout(timer);
        this.#waiting.delete(wait);
        resolve(item);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(wait);
        const last = this.#all
          .slice(-5)
          .map((item) => JSON.stringify(item))
          .join('\n  ');
        reject(
          new Error(
            `waited ${milliseconds / 1000} s for ${what}; the last that came was:\n  ${last}`,
          ),
        );
      }, milliseconds);
      this.#waiting.add(wait);
    });
  }
}
