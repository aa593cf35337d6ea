import { seededRandom } from './seeded-random.ts';

/** What support teams see: mostly content customers, and some who are not. Share of answers up to each rating. */
const spread = [
  { upTo: 0.05, rating: 1 },
  { upTo: 0.1, rating: 2 },
  { upTo: 0.2, rating: 3 },
  { upTo: 0.45, rating: 4 },
  { upTo: 1, rating: 5 },
] as const;

const comments: Record<number, string> = {
  1: 'This did not help me at all.',
  2: 'I had to ask several times.',
  4: 'Friendly and quick.',
  5: 'Perfect, thank you!',
};
const COMMENT_CHANCE = 0.2;

/** The same dialogue is rated alike in every run. */
export function planRating(dialogueId: string): { rating: number; comment?: string } {
  const random = seededRandom(`rating ${dialogueId}`);
  const drawn = random.next();
  const { rating } = spread.find(({ upTo }) => drawn < upTo)!;
  const comment = random.chance(COMMENT_CHANCE) ? comments[rating] : undefined;
  return comment === undefined ? { rating } : { rating, comment };
}
