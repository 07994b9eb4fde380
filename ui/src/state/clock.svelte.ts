/** The time, for what is said of it: by the minute for the list, by the second for a countdown. */

const MINUTE = 60_000;

export class Clock {
  /** Milliseconds since 1970, moved on at each full minute. */
  minute = $state(Date.now());
  /** Moved on each second, while somebody counts. */
  second = $state(Date.now());

  #minuteTimer: ReturnType<typeof setTimeout> | undefined;
  #secondTimer: ReturnType<typeof setInterval> | undefined;
  #counting = 0;

  start(): void {
    const tick = () => {
      this.minute = Date.now();
      this.#minuteTimer = setTimeout(tick, MINUTE - (Date.now() % MINUTE) + 20);
    };
    tick();
  }

  stop(): void {
    clearTimeout(this.#minuteTimer);
    clearInterval(this.#secondTimer);
  }

  /** Somebody shows seconds; answers how to stop. */
  count(): () => void {
    this.#counting += 1;
    this.second = Date.now();
    this.#secondTimer ??= setInterval(() => (this.second = Date.now()), 1000);
    return () => {
      this.#counting -= 1;
      if (this.#counting > 0) return;
      clearInterval(this.#secondTimer);
      this.#secondTimer = undefined;
    };
  }
}
