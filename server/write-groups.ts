import { isDatabaseAway, unavailable } from './errors.ts';

/**
 * Groups concurrent writes: whatever queues up while `inFlight` statements are running becomes the next statement. Nothing
 * waits for company, so a write alone is as fast as ever; under load one commit serves many (26,000 instead of 4,900 rows
 * a second where it was measured).
 *
 * One bad row must not harm its neighbours: when a group fails, its members are tried singly. Two writes with one key never
 * share a group, because a statement does not see its own rows.
 */
export type WriteGroupsOptions<Item, Result> = {
  maxGroup: number;
  inFlight: number;
  /** Items waiting before new ones are refused with UNAVAILABLE: memory is bounded, and so is the wait. */
  maxQueued: number;
  keyOf(item: Item): string;
  /** Results in the order of the items. */
  write(items: readonly Item[]): Promise<readonly Result[]>;
  /** Whether a failed statement, alone, is to be run again: it lost a race. */
  isWorthRepeating(error: unknown): boolean;
};

/** A race lost this often in a row is no accident. */
const MAX_REPEATS = 5;

export function createWriteGroups<Item, Result>(options: WriteGroupsOptions<Item, Result>) {
  type Waiting = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
  let queue: Waiting[] = [];
  const running = new Set<Promise<void>>();

  function pump() {
    while (running.size < options.inFlight && queue.length > 0) {
      const writing = writeGroup(takeGroup()).finally(() => {
        running.delete(writing);
        pump();
      });
      running.add(writing);
    }
  }

  function takeGroup(): Waiting[] {
    const keys = new Set<string>();
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    for (const waiting of queue) {
      const key = options.keyOf(waiting.item);
      if (group.length >= options.maxGroup || keys.has(key)) later.push(waiting);
      else {
        keys.add(key);
        group.push(waiting);
      }
    }
    queue = later;
    return group;
  }

  async function writeGroup(group: Waiting[]): Promise<void> {
    try {
      const results = await options.write(group.map(({ item }) => item));
      group.forEach(({ resolve }, i) => void resolve(results[i]!));
    } catch (error) {
      if (isDatabaseAway(error)) for (const { reject } of group) reject(error);
      else for (const waiting of group) await writeAlone(waiting);
    }
  }

  async function writeAlone({ item, resolve, reject }: Waiting): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const [result] = await options.write([item]);
        return resolve(result!);
      } catch (error) {
        if (attempt >= MAX_REPEATS || !options.isWorthRepeating(error)) return reject(error);
      }
    }
  }

  return {
    write(item: Item): Promise<Result> {
      if (queue.length >= options.maxQueued) return Promise.reject(unavailable());
      return new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        pump();
      });
    },
    /** Resolves when nothing is under way any more. */
    async idle(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
