/**
 * A stream that holds one value: what was not taken yet is replaced, not queued, so a slow reader costs nothing (D6). Not a
 * generator, whose return() would wait for the next value.
 */
export class NewestOnly<T> implements AsyncIterableIterator<T, void, void> {
  readonly #onEnd: () => void;
  #next: { value: T } | { error: unknown } | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  offer(value: T): void {
    this.#next = { value };
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#next = { error };
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T, void>> {
    while (!this.#next && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    const next = this.#next;
    this.#next = undefined;
    if (this.#ended || !next) return { done: true, value: undefined };
    if ('value' in next) return { done: false, value: next.value };
    await this.return();
    throw next.error;
  }

  async return(): Promise<IteratorReturnResult<void>> {
    if (!this.#ended) {
      this.#ended = true;
      this.#onEnd();
      this.#wake?.();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
