import type { Client } from 'graphql-ws';

/** What is waited for comes within this, or the test fails; generous, because CI's machine is small. */
const PATIENCE_MS = 60_000;

/** Characters of a frame in an error: a body may have thousands. */
const MAX_TOLD = 400;

/** A subscription whose every frame is kept, so that none is missed, and can be waited for. */
export class Frames {
  /** Everything that came, in order. */
  readonly all: any[] = [];
  /** Set when the subscription is over: how it ended. */
  ended: { errors?: any; closeCode?: number } | undefined;

  #read = 0;
  #wake: (() => void)[] = [];
  readonly #end: () => void;

  constructor(
    client: Client,
    query: string,
    variables: Record<string, unknown>,
    pick: (data: any) => unknown = (data) => data,
  ) {
    this.#end = client.subscribe(
      { query, variables },
      {
        next: (result: any) => this.#push(result.errors ? { errors: result.errors } : pick(result.data)),
        error: (error: any) =>
          this.#finish(Array.isArray(error) ? { errors: error } : { closeCode: error?.code ?? 1006 }),
        complete: () => this.#finish({}),
      },
    );
  }

  /** Frames that came since the last look, as soon as one of them fits; throws when none comes. */
  async until(fits: (frame: any) => boolean, what = 'the expected frame'): Promise<any> {
    const deadline = Date.now() + PATIENCE_MS;
    while (true) {
      while (this.#read < this.all.length) {
        const frame = this.all[this.#read++];
        if (fits(frame)) return frame;
      }
      if (this.ended || Date.now() > deadline) throw new Error(`${what} never came; ${this.#story()}`);
      await this.#changed(deadline);
    }
  }

  type(name: string): Promise<any> {
    return this.until(({ __typename, update }) => (update?.__typename ?? __typename) === name, name);
  }

  caughtUp(): Promise<any> {
    return this.type('CaughtUp');
  }

  /** Waits until the durable event with this seq came, if it has not yet. */
  async seq(seq: number): Promise<any> {
    return (
      this.events.find((event) => event.seq === seq) ??
      this.until((frame) => (frame.update ?? frame).seq === seq, `event ${seq}`)
    );
  }

  async end(): Promise<NonNullable<Frames['ended']>> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.ended) {
      if (Date.now() > deadline) throw new Error(`the subscription did not end; ${this.#story()}`);
      await this.#changed(deadline);
    }
    return this.ended;
  }

  /** The code of the error that refused or ended the subscription. */
  async endCode(): Promise<string | undefined> {
    const { errors = this.all.at(-1)?.errors } = await this.end();
    return errors?.[0]?.extensions?.code;
  }

  /** The durable events, in the order in which they came. */
  get events(): any[] {
    return this.all.map((frame) => frame.update ?? frame).filter(({ seq }) => typeof seq === 'number');
  }

  get seqs(): number[] {
    return this.events.map(({ seq }) => seq);
  }

  stop(): void {
    this.#end();
  }

  #push(frame: unknown): void {
    this.all.push(frame);
    this.#notify();
  }

  #finish(ended: NonNullable<Frames['ended']>): void {
    this.ended ??= ended;
    this.#notify();
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #changed(deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadline - Date.now());
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #story(): string {
    const last = this.all.slice(-3).map((frame) => JSON.stringify(frame).slice(0, MAX_TOLD));
    return `${this.all.length} frames came, the last: ${last.join(' ')}; ended: ${JSON.stringify(this.ended)}`;
  }
}
