import type { Random } from '../bench/replay/seeded-random.ts';
import { dialogueTexts } from './dialogue-texts.ts';

export type Turn = { readonly from: 'customer' | 'agent'; readonly text: string };
export type Dialogue = { readonly topic: string; readonly subject: string; readonly turns: readonly Turn[] };

const dialogues: readonly Dialogue[] = Object.entries(dialogueTexts).flatMap(([topic, text]) =>
  text
    .trim()
    .split('\n\n')
    .map((block) => {
      const [subject, ...lines] = block.split('\n');
      const turns = lines.map(
        (line): Turn => ({ from: line.startsWith('c:') ? 'customer' : 'agent', text: line.slice(3) }),
      );
      return { topic, subject: subject!, turns };
    }),
);

export const topics = Object.keys(dialogueTexts);

/** Who answers what: the queues of the desk, by topic. */
const queues: Readonly<Record<string, string>> = {
  Delivery: 'Orders',
  Returns: 'Orders',
  Billing: 'Billing',
  Account: 'Technical',
  Product: 'Technical',
};
export const queueOf = (topic: string): string => queues[topic]!;

const items = [
  'desk lamp',
  'book shelf',
  'kettle',
  'office chair',
  'garden table',
  'coffee grinder',
  'wall clock',
  'rug',
];
const days = ['on Monday', 'on Wednesday', 'on Friday', 'this morning', 'tomorrow', 'next week'];

export const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

/** A dialogue of a topic, with everything filled in. */
export function chooseDialogue(random: Random, topic: string, people: { customer: string; agent: string }): Dialogue {
  const { subject, turns } = pick(
    random,
    dialogues.filter((dialogue) => dialogue.topic === topic),
  );
  const words: Record<string, string> = {
    name: people.customer.split(' ')[0]!,
    agent: people.agent.split(' ')[0]!,
    item: pick(random, items),
    day: pick(random, days),
    order: `#${40_000 + random.below(9_999)}`,
    amount: `€${5 + random.below(90)}`,
  };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, word: string) => words[word]!);
  return { topic, subject, turns: turns.map(({ from, text }) => ({ from, text: fill(text) })) };
}
