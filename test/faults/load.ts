import type { Random } from '../../bench/replay/seeded-random.ts';
import type { Client, Conversation } from '../../client/index.ts';
import { tokenFor, type Who } from '../harness/actor.ts';
import type { Finding } from '../harness/check-history.ts';
import { type ClientCode, ourClient } from '../harness/client-code.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import type { Link } from '../harness/link.ts';
import { Recorder } from './recorder.ts';
import type { World } from './world.ts';

export type LoadSize = {
  readonly conversations: number;
  readonly messages: number;
  readonly perSecond: number;
  /** What has to arrive arrives within this, or is not coming; the machine may be busy with others. */
  readonly patienceMs: number;
};

/** Somebody's device: the project's own client, on a socket whose frames are recorded. */
export type LoadDevice = {
  readonly client: Client;
  readonly recorder: Recorder;
  readonly url: string;
  readonly token: string;
};

/** A customer and an agent, each with their own device. */
export type Talk = { readonly id: string; readonly sides: readonly Side[] };
export type Side = { readonly device: LoadDevice; readonly conversation: Conversation };

const TALKS_PER_AGENT = 5;
/** Waiting in one side's queue at most: a person stops writing when nothing goes out. */
const MAX_WAITING = 10;
const PUMP_EVERY_MS = 20;
/** However busy the machine is. */
const GAIN_WITHIN_MS = 90_000;
const DAY_SECONDS = 86_400;

/**
 * People talking through the project's own client: customers through the first process's door, agents through the
 * second's. Writes at a steady pace until it has had its number of messages and is told to finish; the client keeps
 * order, repeats, reconnects and resumes by itself, as it does for everybody.
 */
export class Load {
  readonly talks: readonly Talk[];
  readonly devices: readonly LoadDevice[];
  readonly findings: Finding[] = [];
  pushed = 0;
  acknowledged = 0;

  /** Of the devices. */
  readonly code: ClientCode;
  readonly #world: World;
  readonly size: LoadSize;
  readonly #random: Random;
  readonly #waiting = new Map<Conversation, number>();
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #credit = 0;
  #creditAt = performance.now();
  #finishing = false;

  private constructor(world: World, talks: readonly Talk[], size: LoadSize, random: Random, code: ClientCode) {
    this.code = code;
    this.#world = world;
    this.talks = talks;
    this.devices = [...new Set(talks.flatMap(({ sides }) => sides.map(({ device }) => device)))];
    this.size = size;
    this.#random = random;
    this.#timer = setInterval(() => this.#pump(), PUMP_EVERY_MS);
    world.after(() => clearInterval(this.#timer));
  }

  /** @param code Of the devices' client, where they have another release than this one's. */
  static async open(world: World, size: LoadSize, random: Random, code: ClientCode = ourClient): Promise<Load> {
    const [front, back] = world.slots;
    const agents: LoadDevice[] = [];
    for (let n = 0; n < Math.ceil(size.conversations / TALKS_PER_AGENT); n++)
      agents.push(await openLoadDevice(world, back.door, { name: `agent ${n}`, role: 'AGENT' }, code));
    const talks = Array.from({ length: size.conversations }, async (_, n): Promise<Talk> => {
      const customer = await openLoadDevice(world, front.door, { name: `customer ${n}` }, code);
      const agent = agents[n % agents.length]!;
      const theirs = await customer.client.startConversation();
      await theirs.until(({ phase }) => phase === 'live');
      const ours = agent.client.conversation(theirs.id);
      await ours.assign();
      await Promise.all([theirs, ours].map((c) => c.until(({ phase, state }) => phase === 'live' && isOpen(state))));
      const sides = [
        { device: customer, conversation: theirs },
        { device: agent, conversation: ours },
      ];
      return { id: theirs.id, sides };
    });
    return new Load(world, await Promise.all(talks), size, random, code);
  }

  /** Resolves when this share of its messages is acknowledged. */
  async reach(share: number): Promise<void> {
    await this.gain(Math.ceil(this.size.messages * share) - this.acknowledged);
  }

  /** Resolves when so many more are. */
  async gain(count: number): Promise<void> {
    const wanted = this.acknowledged + count;
    await eventually(`${count} more are acknowledged`, () => this.acknowledged >= wanted, GAIN_WITHIN_MS);
  }

  /**
   * Resolves with how many seconds it takes from now until every device has everything that is stored now, and sends are
   * acknowledged again.
   */
  async recovers(): Promise<number> {
    const since = performance.now();
    const before = this.acknowledged;
    const heads = await this.#heads();
    await eventually(
      'all devices have what was stored, and sends go on',
      () => this.#haveAll(heads) && this.acknowledged > before,
      this.size.patienceMs,
    );
    return (performance.now() - since) / 1_000;
  }

  /** Lets it write what is left, and waits until every message is acknowledged and every device has it. */
  async finish(): Promise<void> {
    this.#finishing = true;
    await eventually('all is written', () => this.pushed >= this.size.messages, this.size.patienceMs);
    clearInterval(this.#timer);
    await eventually('everything is acknowledged', () => this.#pending.size === 0, this.size.patienceMs);
    const heads = await this.#heads();
    await eventually('all devices have everything', () => this.#haveAll(heads), this.size.patienceMs).catch(() => {}); // the judge tells
  }

  async #heads(): Promise<Map<string, number>> {
    const ids = this.talks.map(({ id }) => `'${id}'`).join();
    const rows = await eventually('PostgreSQL answers', () =>
      execute<{ id: string; head: number }>(
        this.#world.database.url,
        `SELECT id::text, head_seq AS head FROM conversation WHERE id IN (${ids})`,
      ).catch(() => undefined),
    );
    return new Map(rows.map(({ id, head }) => [id, head]));
  }

  #haveAll(heads: ReadonlyMap<string, number>): boolean {
    return this.talks.every(({ id, sides }) =>
      sides.every(({ device }) => device.recorder.highest(id) >= heads.get(id)!),
    );
  }

  #pump(): void {
    if (this.#finishing && this.pushed >= this.size.messages) return;
    const now = performance.now();
    const { perSecond } = this.size;
    // No more than all of them could take.
    const most = Math.min(perSecond / 4, this.talks.length * 2 * MAX_WAITING);
    this.#credit = Math.min(most, this.#credit + ((now - this.#creditAt) / 1_000) * perSecond);
    this.#creditAt = now;
    for (; this.#credit >= 1; this.#credit--) {
      const { sides } = this.talks[this.#random.below(this.talks.length)]!;
      const { conversation } = sides[this.#random.below(sides.length)]!;
      const waiting = this.#waiting.get(conversation) ?? 0;
      if (waiting < MAX_WAITING) this.#send(conversation, waiting);
    }
  }

  #send(conversation: Conversation, waiting: number): void {
    this.#waiting.set(conversation, waiting + 1);
    const body = `${++this.pushed}: ${'so it goes '.repeat(this.#random.below(20))}`;
    const { acknowledged } = conversation.send(body);
    const sending = acknowledged.then(
      () => void this.acknowledged++,
      ({ code }) => void this.findings.push({ kind: 'lost', what: `message ${body.slice(0, 9)} was refused: ${code}` }),
    );
    this.#pending.add(sending);
    void sending.then(() => {
      this.#pending.delete(sending);
      this.#waiting.set(conversation, this.#waiting.get(conversation)! - 1);
    });
  }
}

export async function openLoadDevice(
  world: World,
  door: Link,
  who: Who,
  { createClient }: Pick<ClientCode, 'createClient'> = ourClient,
): Promise<LoadDevice> {
  const recorder = new Recorder(who.name!);
  const token = await tokenFor({ expiresInSeconds: DAY_SECONDS, ...who });
  const url = `http://127.0.0.1:${door.port}`;
  const client = createClient({ url: `${url}/graphql`, token, webSocketImpl: recorder.webSocket });
  world.after(() => client.close());
  return { client, recorder, url, token };
}

const isOpen = (state: { status: string } | null) => state?.status === 'OPEN';
