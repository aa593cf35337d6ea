import type { Db } from '../db.ts';
import { LiveChannel } from '../live-channel.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { newestResults, type SurveyResult } from './list-results.ts';

/** The newest answers live, whichever process took them: PostgreSQL is what all of them share. */
export type ResultFeed = {
  follow(): AsyncIterableIterator<readonly SurveyResult[], void, void>;
  stop(): Promise<void>;
};

/** What a list beside the figures shows. */
const NEWEST = 20;

export function createResultFeed(parts: { db: Db; sealing: Sealing }): ResultFeed {
  const channel = new LiveChannel<readonly SurveyResult[]>({
    read: () => newestResults(parts, NEWEST),
    isSame: (before, now) => stateOf(before) === stateOf(now),
  });
  return { follow: () => channel.join(), stop: () => channel.stop() };
}

/** With the words: an erased comment must go from the screens too. */
const stateOf = (results: readonly SurveyResult[]) => JSON.stringify(results);
