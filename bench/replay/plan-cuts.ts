import type { Side } from './dialogue.ts';
import type { Random } from './seeded-random.ts';

/** Longest wait, within its turn, before a cut: it falls before, into or after the send and the receipts. */
const MAX_DELAY_MS = 5;

export type Cut = { readonly side: Side; readonly delayMs: number };

/** For each turn the connections that are lost during it: for both sides as many as asked for, at random. */
export function planCuts(random: Random, turns: number, cutsPerSide: number): Cut[][] {
  const plan: Cut[][] = Array.from({ length: turns }, () => []);
  for (const side of ['customer', 'agent'] as const) {
    for (let i = 0; i < cutsPerSide; i++)
      plan[random.below(turns)]!.push({ side, delayMs: random.below(MAX_DELAY_MS + 1) });
  }
  return plan;
}
