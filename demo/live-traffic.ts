import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../bench/replay/seeded-random.ts';
import { type Client, createClient } from '../client/index.ts';
import { chooseDialogue, pick, queueOf, topics } from './dialogues.ts';
import { npsFor } from './nps.ts';
import { type Agent, agents } from './people.ts';
import { customerName } from './simulate-desk.ts';
import { commentFor } from './survey-comments.ts';

type Person = { readonly sub: string; readonly name: string; readonly role: 'CUSTOMER' | 'AGENT' };
type Parts = {
  url: string;
  sign: (person: Person) => Promise<string>;
  seed: string;
  onError: (error: unknown) => void;
};

/** How many customers write at once, and how many agents answer them. */
const VISITORS = 4;
const AT_WORK = agents.slice(0, 4);
/** Live visitors are others than those of the history. */
const FIRST_VISITOR = 10_000;

const leftQuery = `query Left { conversations(filter: { status: [WAITING, OPEN] }, first: 100) {
  edges { node { id assignee { id } } }
} }`;
type Left = { conversations: { edges: { node: { id: string; assignee: { id: string } | null } }[] } };

/** Customers and agents who talk through the public API by the client that applications use, until they are stopped. */
export function startLiveTraffic({ url, sign, seed, onError }: Parts): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const desks = new Map<Agent, Client>();
  let visitors = FIRST_VISITOR;

  const open = (person: Person) => createClient({ url: `${url}/graphql`, token: () => sign(person) });
  const pause = (random: Random, fromS: number, toS: number) =>
    sleep((fromS + (toS - fromS) * random.next()) * 1000, undefined, { signal });

  function deskOf(agent: Agent): Client {
    let desk = desks.get(agent);
    if (!desk) {
      desk = open({ sub: agent.externalId, name: agent.name, role: 'AGENT' });
      desk.inbox();
      desks.set(agent, desk);
    }
    return desk;
  }

  async function visit(random: Random): Promise<void> {
    await pause(random, 1, 12);
    const n = ++visitors;
    const name = customerName(n);
    const agent = pick(random, AT_WORK);
    const { topic, subject, turns } = chooseDialogue(random, pick(random, topics), {
      customer: name,
      agent: agent.name,
    });
    await using people = new AsyncDisposableStack();
    const client = people.adopt(open({ sub: `demo-visitor-${n}`, name, role: 'CUSTOMER' }), (it) => it.close());
    const asked = client.startConversation({ subject, topic, queue: queueOf(topic) });
    await asked.until(({ state }) => state !== null);
    const answers = people.adopt(deskOf(agent).conversation(asked.id), (it) => it.unfollow());
    let isClaimed = false;
    const claimedAt = Date.now();
    for (const { from, text } of turns) {
      if (from === 'agent' && !isClaimed) {
        await pause(random, 2, 10);
        await answers.assign();
        isClaimed = true;
      }
      const [writer, reader] = from === 'agent' ? [answers, asked] : [asked, answers];
      writer.markRead();
      writer.setTyping(true);
      await pause(random, 2, 3 + text.length / 12);
      await writer.send(text).acknowledged;
      writer.setTyping(false);
      reader.markRead();
    }
    await pause(random, 3, 12);
    await answers.close();
    if (random.chance(0.5)) return;
    await pause(random, 2, 8);
    const rating = Math.min(5, 2 + Math.round(3 * agent.skill * (0.4 + random.next())));
    const comment = commentFor(random, { rating, waitedMs: Date.now() - claimedAt, isStuck: false, agent: agent.name });
    await asked.submitSurvey(rating, comment ?? undefined, { nps: npsFor(rating, Date.now()) });
  }

  /** What the history has left open is brought to its end, by those who were at it. */
  async function finishLeft(random: Random): Promise<void> {
    const left = await deskOf(AT_WORK[0]!).request<Left>(leftQuery);
    for (const { node } of left.conversations.edges) {
      const agent = agents.find(({ id }) => id === node.assignee?.id) ?? pick(random, AT_WORK);
      await pause(random, 5, 20);
      const conversation = deskOf(agent).conversation(node.id);
      if (!node.assignee) await conversation.assign();
      await conversation.send('Thank you for your patience. It is settled now, you will get a mail.').acknowledged;
      await conversation.close();
      conversation.unfollow();
    }
  }

  async function again(work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await work().catch(async (error: unknown) => {
        if (signal.aborted) return;
        onError(error);
        await sleep(1_000, undefined, { signal }).catch(() => {});
      });
    }
  }

  for (const agent of AT_WORK) deskOf(agent);
  const running = Promise.all([
    finishLeft(seededRandom(`${seed} left`)).catch((error) => (signal.aborted ? undefined : onError(error))),
    ...Array.from({ length: VISITORS }, (_, i) => {
      const random = seededRandom(`${seed} visitor ${i}`);
      return again(() => visit(random));
    }),
  ]);

  return {
    async stop() {
      stopping.abort();
      await running;
      await Promise.all([...desks.values()].map((desk) => desk.close()));
    },
  };
}
