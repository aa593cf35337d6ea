import type { Random } from '../bench/replay/seeded-random.ts';
import { chooseDialogue, pick, type Turn, topics } from './dialogues.ts';
import { type Agent, agents, firstNames } from './people.ts';
import { exponential, normal } from './spread.ts';
import { isIn, MINUTE_MS, type Span, type Story } from './story.ts';
import { commentFor } from './survey-comments.ts';

/** Somebody who asked, and what came of it. */
export type Chat = {
  readonly customer: number;
  readonly topic: string;
  readonly subject: string;
  readonly isUrgent: boolean;
  readonly startedAt: number;
  /** Who claimed it; null: nobody has, or they left before. */
  readonly agent: Agent | null;
  /** Oldest first. */
  readonly steps: readonly Step[];
  readonly survey: { readonly at: number; readonly rating: number; readonly comment: string | null } | null;
};
export type Step =
  | { readonly at: number; readonly kind: 'said'; readonly from: Turn['from']; readonly text: string }
  | { readonly at: number; readonly kind: 'claimed' }
  | { readonly at: number; readonly kind: 'reopened' }
  | { readonly at: number; readonly kind: 'closed'; readonly by: Turn['from'] };

const CUSTOMERS = 4_000;
export const customerName = (n: number) =>
  `${firstNames[n % firstNames.length]} ${String.fromCharCode(65 + (n % 23))}.`;

/** Of a weekday: so many chats, by the hour and the day of the week (from Sunday). */
const CHATS_A_DAY = 190;
const HOURS = [1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 7, 10, 11, 10, 8, 9, 10, 10, 9, 8, 6, 5, 5, 4, 3, 2];
const WEEKDAYS = [0.45, 1.25, 1.1, 1.05, 1, 0.95, 0.55];
const ALL_HOURS = HOURS.reduce((sum, n) => sum + n, 0);
/** How many customers an agent talks to at once. */
const AT_ONCE = 2;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** What goes on at a support desk: customers come by the hour and day, wait for an agent who is free, talk, go, and rate. */
export function simulateDesk(random: Random, { from, to }: Span, story: Story): Chat[] {
  const desk = new Map(agents.map((agent) => [agent, Array.from({ length: AT_ONCE }, () => from)]));
  const chats: Chat[] = [];
  let mood = 1;
  for (let minute = from; minute < to; minute += MINUTE_MS) {
    const now = new Date(minute);
    if (now.getHours() === 0 && now.getMinutes() === 0) mood = 0.88 + 0.24 * random.next();
    const growth = 0.85 + (0.3 * (minute - from)) / (to - from);
    const perMinute = (CHATS_A_DAY * WEEKDAYS[now.getDay()]! * HOURS[now.getHours()]!) / ALL_HOURS / 60;
    const isStuck = isIn(story.stuckParcels, minute);
    if (random.chance(perMinute * growth * mood)) chats.push(begin(minute, pick(random, topics), isStuck));
    if (isStuck && random.chance(perMinute * 0.8)) chats.push(begin(minute, 'Delivery', true));
  }
  return chats.map((chat) => until(to, chat)).filter((chat) => chat.startedAt < to);

  function begin(minute: number, topic: string, isStuckDay: boolean): Chat {
    const startedAt = minute + random.below(MINUTE_MS);
    const customer = random.below(CUSTOMERS);
    const { agent, freeAt } = nextAgent(startedAt);
    const claimedAt = freeAt + (8 + exponential(random, 25)) * SECOND_MS * agent.pace;
    const { subject, turns } = chooseDialogue(random, topic, { customer: customerName(customer), agent: agent.name });
    const about = { customer, topic, subject, isUrgent: random.chance(0.05), startedAt };
    // At night some leave their question for the morning.
    const staysAnyway = freeAt - startedAt > 2 * HOUR_MS && random.chance(0.45);
    const patience = 5 * MINUTE_MS + exponential(random, 25 * MINUTE_MS);
    if (claimedAt - startedAt > patience && !staysAnyway)
      return { ...about, agent: null, steps: giveUp(startedAt, turns[0]!, startedAt + patience), survey: null };

    const isStuck = isStuckDay && topic === 'Delivery';
    const steps = talk(startedAt, claimedAt, turns, agent.pace * (isStuck ? 1.5 : 1));
    const closedAt = steps.at(-1)!.at;
    const slots = desk.get(agent)!;
    slots[slots.indexOf(Math.min(...slots))] = closedAt;
    const survey = rate(agent, { waitedMs: claimedAt - startedAt, closedAt, isStuck });
    return { ...about, agent, steps: random.chance(0.03) ? [...steps, ...comeBack(closedAt)] : steps, survey };
  }

  /** Whoever is there first, now or when the next shift begins. */
  function nextAgent(at: number): { agent: Agent; freeAt: number } {
    const free = agents.map((agent) => ({
      agent,
      freeAt: onShift(agent, Math.max(at, Math.min(...desk.get(agent)!))),
    }));
    const first = Math.min(...free.map(({ freeAt }) => freeAt));
    return pick(
      random,
      free.filter(({ freeAt }) => freeAt === first),
    );
  }

  function talk(startedAt: number, claimedAt: number, turns: readonly Turn[], pace: number): Step[] {
    const steps: Step[] = [{ at: claimedAt, kind: 'claimed' }];
    let at = startedAt + (3 + random.below(9)) * SECOND_MS;
    for (const [i, { from, text }] of turns.entries()) {
      if (from === 'agent')
        at = Math.max(at, claimedAt) + ((10 + exponential(random, 20)) * SECOND_MS + text.length * 60) * pace;
      else if (i > 0) at += (8 + exponential(random, 25)) * SECOND_MS + text.length * 70;
      steps.push({ at, kind: 'said', from, text });
    }
    steps.push({ at: at + (20 + random.below(70)) * SECOND_MS, kind: 'closed', by: 'agent' });
    return steps.sort((a, b) => a.at - b.at);
  }

  function giveUp(startedAt: number, { text }: Turn, at: number): Step[] {
    const said = { kind: 'said', from: 'customer' } as const;
    return [
      { ...said, at: startedAt + 5 * SECOND_MS, text },
      { ...said, at: at - 40 * SECOND_MS, text: 'Hello? Is anybody there?' },
      { at, kind: 'closed', by: 'customer' },
    ];
  }

  function comeBack(closedAt: number): Step[] {
    const at = closedAt + HOUR_MS * (1 + 2 * random.next());
    return [
      { at, kind: 'reopened' },
      {
        at: at + 30 * SECOND_MS,
        kind: 'said',
        from: 'agent',
        text: 'One more thing: it is settled now, you need not do anything.',
      },
      { at: at + 150 * SECOND_MS, kind: 'said', from: 'customer', text: 'Nice of you to tell me!' },
      { at: at + 200 * SECOND_MS, kind: 'closed', by: 'agent' },
    ];
  }

  function rate(
    agent: Agent,
    { waitedMs, closedAt, isStuck }: { waitedMs: number; closedAt: number; isStuck: boolean },
  ) {
    if (!random.chance(0.42)) return null;
    const impatience = Math.min(0.9, waitedMs / (15 * MINUTE_MS));
    const score = 2.6 + 2.5 * agent.skill - impatience - (isStuck ? 1.8 : 0) + 0.7 * normal(random);
    const rating = Math.max(1, Math.min(5, Math.round(score)));
    const comment = commentFor(random, { rating, waitedMs, isStuck, agent: agent.name });
    return { at: closedAt + (20 + random.below(380)) * SECOND_MS, rating, comment };
  }
}

/** The first moment from a given one on at which somebody is at work, and not just about to go. */
function onShift({ shift }: Agent, at: number): number {
  for (let day = at; ; day = new Date(day).setHours(24, 0, 0, 0)) {
    if (!shift.days.includes(new Date(day).getDay())) continue;
    const [begin, end] = [new Date(day).setHours(shift.from, 0, 0, 0), new Date(day).setHours(shift.to, -10, 0, 0)];
    if (day <= end) return Math.max(day, begin);
  }
}

/** What had not happened yet when the history ends. */
function until(end: number, chat: Chat): Chat {
  const steps = chat.steps.filter(({ at }) => at < end);
  const isClaimed = steps.some(({ kind }) => kind === 'claimed');
  return {
    ...chat,
    steps,
    agent: isClaimed ? chat.agent : null,
    survey: chat.survey && chat.survey.at < end ? chat.survey : null,
  };
}
