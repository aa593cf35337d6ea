import type { Random } from '../bench/replay/seeded-random.ts';
import { pick } from './dialogues.ts';

const happy = [
  'Quick and friendly, thank you.',
  'Solved in five minutes.',
  '{agent} was great!',
  'Best support I have had in a long time.',
  'Very patient with me.',
  'Exactly what I needed.',
  'Easy. I did not even have to call.',
];
const lukewarm = [
  'It worked out in the end.',
  'Okay, but I had to explain it twice.',
  'Fine.',
  'Could have been faster.',
];
const unhappy = [
  '{agent} did not read what I wrote.',
  'I still do not know what happens now.',
  'Felt like talking to a wall.',
  'Not solved, I will have to ask again.',
  'Short answers and no solution.',
];
const waited = ['Waited far too long for an answer.', 'Nice in the end, but the wait!', 'I almost gave up waiting.'];
const undelivered = [
  'Still no parcel, and nobody can say when.',
  'Third time I ask about the same delivery.',
  'My order is stuck since days. Not good enough.',
];

/** What somebody writes beside their rating; most say nothing. */
export function commentFor(
  random: Random,
  { rating, waitedMs, isStuck, agent }: { rating: number; waitedMs: number; isStuck: boolean; agent: string },
): string | null {
  if (!random.chance(rating <= 3 ? 0.6 : 0.25)) return null;
  const from = isStuck && rating <= 3 ? undelivered : rating <= 3 && waitedMs > 600_000 ? waited : byRating(rating);
  return pick(random, from).replace('{agent}', agent.split(' ')[0]!);
}

const byRating = (rating: number) => (rating >= 4 ? happy : rating === 3 ? lukewarm : unhappy);
