import { createSecretKey } from 'node:crypto';
import { type Random, seededRandom } from '../bench/replay/seeded-random.ts';
import { installationKey } from '../server/auth/installation-keys.ts';
import type { Db } from '../server/db.ts';
import { floorToQuarter } from '../server/kpis/spans.ts';
import { type ChatRows, logOfChat, uuidAt } from './log-of-chat.ts';
import { measureDesk } from './measure-desk.ts';
import { Measurements } from './measurements.ts';
import { agents } from './people.ts';
import { type Chat, customerName, simulateDesk } from './simulate-desk.ts';
import { storeRows } from './store-rows.ts';
import { DAY_MS, MINUTE_MS, type Span, storyUntil } from './story.ts';
import { writeMeasurements } from './write-measurements.ts';

export type History = { readonly seed: string; readonly days: number; readonly now: number };

/** Measured by the minute are the longest window of the overview, a day, and two hours more than the server adds up again. */
const MINUTES_MS = DAY_MS + 4 * 3_600_000;

/** Half a day less than the days asked for, so that a look back over these, from later on, finds none before them. */
export const historySpan = (now: number, days: number): Span => ({
  from: Math.floor((now - (days - 0.5) * DAY_MS) / MINUTE_MS) * MINUTE_MS,
  to: now,
});

/** Fills an empty database with what would be in it had Parley run for so many days. One seed and time give one history. */
export async function makeHistory(db: Db, { seed, days, now }: History): Promise<void> {
  const random = seededRandom(seed);
  const span = historySpan(now, days);
  const story = storyUntil(now, days);
  const chats = simulateDesk(random, span, story);
  await writeChats(db, random, chats);

  const measurements = new Measurements(floorToQuarter(now - MINUTES_MS));
  measureDesk(random, measurements, { chats, span, story });
  await writeMeasurements(db, measurements, span);
}

async function writeChats(db: Db, random: Random, chats: readonly Chat[]): Promise<void> {
  const fingerprintKey = createSecretKey(await installationKey(db, 'body_fingerprint'));
  const firstAt = chats[0]?.startedAt ?? Date.now();
  const customers = new Map<number, { id: string; createdAt: Date; lastSeenAt: Date }>();
  for (const { customer, startedAt, steps } of chats) {
    const known = customers.get(customer) ?? { id: uuidAt(random, startedAt), createdAt: new Date(startedAt) };
    customers.set(customer, { ...known, lastSeenAt: new Date(steps.at(-1)?.at ?? startedAt) });
  }
  const people = [
    ...agents.map(({ id, externalId, name }) => ({
      id,
      externalId,
      name,
      role: 'AGENT' as const,
      createdAt: new Date(firstAt),
    })),
    ...[...customers].map(([n, customer]) => ({
      ...customer,
      externalId: `demo-customer-${n}`,
      name: customerName(n),
      role: 'CUSTOMER' as const,
    })),
  ];
  await storeRows(db, 'participant', people);

  const rows = chats.map((chat) => logOfChat(random, chat, customers.get(chat.customer)!.id, fingerprintKey));
  const all = <K extends 'members' | 'messages' | 'events' | 'surveys'>(key: K) =>
    rows.flatMap((row) => row[key] as ChatRows[K][number][]);
  const conversations = rows.map(({ conversation }) => conversation);
  await storeRows(db, 'conversation', conversations);
  await storeRows(
    db,
    'conversation_activity',
    rows.map(({ activity }) => activity),
  );
  await storeRows(db, 'member', all('members'));
  // By time, as they would have come: what looks for a time reads few pages then.
  const byTime = all('messages').sort((a, b) => Number(a.createdAt) - Number(b.createdAt));
  await storeRows(db, 'message', byTime);
  await storeRows(db, 'conversation_event', all('events'));
  await storeRows(db, 'survey', all('surveys'));
  await db.surveyForm.create({ data: { asksNps: true, setAt: new Date(firstAt), setById: agents[0]!.id } });
}
