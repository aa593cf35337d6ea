import { v7 as uuidv7 } from 'uuid';
import { overHttp } from './graphql-http-link.ts';
import { openGraphqlSocket } from './graphql-socket-link.ts';
import type { Job } from './job.ts';
import type { Link } from './link.ts';
import { openRawSocket } from './raw-link.ts';

/** One who sends and one who receives, and what each of them saw. */
export type Pair = {
  /** `due`: when it should have begun, by performance.now(). */
  send(body: string, due: number): Promise<void>;
  /** Resolves when everything acknowledged was received. */
  drained(): Promise<void>;
  readonly findings: () => { lost: number; doubled: number; outOfOrder: number };
  close(): void;
};

type Heard = { acknowledged(ms: number): void; received(ms: number): void };

export async function openPair(job: Job, index: number, heard: Heard): Promise<Pair> {
  const tokens = job.tokens?.[index];
  const [sender, recipient] = await Promise.all([open(job, tokens?.sender), open(job, tokens?.recipient)]);
  const conversationId = uuidv7();
  const due = new Map<string, number>();
  const received = new Set<string>();
  const acknowledged = new Set<string>();
  let [lastSeq, doubled, outOfOrder] = [0, 0, 0];
  let wake: (() => void) | undefined;
  let acknowledging = false;

  await sender.start(conversationId);
  // The others let anybody follow everything.
  if (tokens) await recipient.claim(conversationId);
  await recipient.follow(conversationId, ({ id, seq }) => {
    if (received.has(id)) doubled++;
    if (seq <= lastSeq) outOfOrder++;
    lastSeq = seq;
    received.add(id);
    heard.received(performance.now() - due.get(id)!);
    wake?.();
    if (job.receipts) void acknowledge();
  });

  /** One at a time, each up to the newest: as clients do. */
  async function acknowledge(): Promise<void> {
    if (acknowledging) return;
    acknowledging = true;
    for (let told = 0; told < lastSeq; ) {
      told = lastSeq;
      await recipient.acknowledge(conversationId, told);
    }
    acknowledging = false;
  }

  return {
    async send(body, at) {
      const id = uuidv7();
      due.set(id, at);
      await sender.send({ id, conversationId, body });
      acknowledged.add(id);
      heard.acknowledged(performance.now() - at);
    },
    async drained() {
      const giveUp = performance.now() + DRAIN_MS;
      while (acknowledged.size > received.size && performance.now() < giveUp)
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          new Promise((resolve) => setTimeout(resolve, DRAIN_MS)),
        ]);
    },
    findings: () => ({ lost: [...acknowledged].filter((id) => !received.has(id)).length, doubled, outOfOrder }),
    close() {
      sender.close();
      recipient.close();
    },
  };
}

/** Longest wait for what was acknowledged and has not been received; after it, it counts as lost. */
const DRAIN_MS = 10_000;

async function open({ protocol, url }: Job, token: string | undefined): Promise<Link> {
  if (protocol === 'raw') return openRawSocket(url);
  const socket = await openGraphqlSocket(url, token);
  return protocol === 'graphql-http' ? overHttp(url, token, socket) : socket;
}
