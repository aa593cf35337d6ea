import type { Socket } from 'node:net';

/** From whoever connected, or back to them. */
export type Direction = 'there' | 'back';

type Conditions = {
  readonly held: ReadonlySet<Direction>;
  readonly delayMs: number;
  readonly bytesPerSecond: number;
};

/** What is under way on a bad line; more of it makes the sender wait, as a real one's window does. */
const WINDOW_BYTES = 262_144;

/** One direction of one connection: carries what comes in under the conditions of the moment, in order. */
export class Pipe {
  readonly #direction: Direction;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #conditions: Conditions;
  readonly #reset: () => void;
  /** at: performance.now() of its arrival. */
  #underWay: { data: Buffer; at: number }[] = [];
  #bytes = 0;
  #lastAt = 0;
  #ended = false;
  #frozen = false;
  #timer: NodeJS.Timeout | undefined;
  #cutAfter = Number.POSITIVE_INFINITY;

  constructor(direction: Direction, from: Socket, to: Socket, conditions: Conditions, reset: () => void) {
    this.#direction = direction;
    this.#from = from;
    this.#to = to;
    this.#conditions = conditions;
    this.#reset = reset;
    from.on('data', (data) => this.#take(data));
    from.on('end', () => {
      this.#ended = true;
      this.pump();
    });
    to.on('drain', () => this.#mayReadOn());
  }

  freeze(): void {
    this.#frozen = true;
    this.stop();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#underWay = [];
  }

  cutAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** Passes on what may arrive by now. */
  pump(): void {
    clearTimeout(this.#timer);
    if (this.#frozen || this.#conditions.held.has(this.#direction)) return;
    const now = performance.now();
    while (this.#underWay[0] && this.#underWay[0].at <= now) {
      const { data } = this.#underWay.shift()!;
      this.#bytes -= data.length;
      this.#to.write(data);
    }
    this.#mayReadOn();
    if (this.#underWay[0]) this.#timer = setTimeout(() => this.pump(), this.#underWay[0].at - now);
    else if (this.#ended) this.#to.end();
  }

  #take(data: Buffer): void {
    if (this.#frozen) return;
    if (data.length > this.#cutAfter) {
      this.#to.write(data.subarray(0, this.#cutAfter), () => this.#reset());
      this.freeze();
      return;
    }
    this.#cutAfter -= data.length;
    const { delayMs, bytesPerSecond } = this.#conditions;
    const now = performance.now();
    this.#lastAt = Math.max(this.#lastAt, now + delayMs) + (data.length / bytesPerSecond) * 1_000;
    this.#underWay.push({ data, at: this.#lastAt });
    this.#bytes += data.length;
    this.pump();
    if (this.#bytes > WINDOW_BYTES || this.#to.writableNeedDrain) this.#from.pause();
  }

  #mayReadOn(): void {
    if (this.#from.isPaused() && this.#bytes <= WINDOW_BYTES && !this.#to.writableNeedDrain) this.#from.resume();
  }
}
