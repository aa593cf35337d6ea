import type { Config } from './config.ts';
import { isDatabaseAway, isTooLong, unavailable } from './errors.ts';

/**
 * Groups concurrent writes: whatever queues up while `inFlight` statements are running becomes the next statement. Nothing
 * waits for company, so a write alone is as fast as ever; under load one commit serves many (26,000 instead of 4,900 rows
 * a second where it was measured).
 *
 * One bad row must not harm its neighbours: when a group fails, its members are tried singly. Two writes with one key never
 * share a group, because a statement does not see its own rows.
 *
 * Nor must a lock that somebody holds for long. A group waits for locks only briefly; then it is written without what is
 * locked, and each locked scope (a conversation) goes on in a lane of its own, which waits as long as any statement may, and
 * which its later writes join. A lane that waits in vain fails whole, and nobody else.
 */
export type WriteGroupsOptions<Item, Result> = {
  maxGroup: number;
  inFlight: number;
  /** Items waiting before new ones are refused with UNAVAILABLE: memory is bounded, and so is the wait. */
  maxQueued: number;
  /** Longest that a lane may wait for its turn; what takes longer is refused with UNAVAILABLE. */
  maxWaitMs: number;
  keyOf(item: Item): string;
  /** Items of one scope wait for the same lock. */
  scopeOf(item: Item): string;
  /** Results in the order of the items. LOCKED, only from one that never waits: not written, because it would have to. */
  write(items: readonly Item[], wait: LockWait): Promise<readonly (Result | typeof LOCKED)[]>;
  /** Whether a failed statement, alone, is to be run again: it lost a race. */
  isWorthRepeating(error: unknown): boolean;
};

/** How long a statement waits for each lock. */
export type LockWait = 'briefly' | 'never' | 'long';
export const LOCKED = Symbol('locked');

/** What the hot statements call it; null leaves it to the session's DATABASE_LOCK_TIMEOUT_MS. */
export const lockWaitMs = (wait: LockWait, config: Config): number | null =>
  ({ briefly: config.GROUP_LOCK_WAIT_MS, never: 0, long: null })[wait];

/** A race lost this often in a row is no accident. */
const MAX_REPEATS = 5;
/** Lanes that wait at the same time: each keeps a connection, and the pool is for all. */
const MAX_LANES = 2;

export function createWriteGroups<Item, Result>(options: WriteGroupsOptions<Item, Result>) {
  type Waiting = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
  let queue: Waiting[] = [];
  let groupsInFlight = 0;
  const lanes = new Map<string, { waiting: Waiting[]; since: number }>();
  const lanesInFlight = new Set<string>();
  const running = new Set<Promise<void>>();

  function pump(): void {
    while (groupsInFlight < options.inFlight && queue.length > 0) {
      const group = takeGroup();
      if (group.length === 0) return;
      groupsInFlight++;
      track(writeGroup(group), () => {
        groupsInFlight--;
        pump();
      });
    }
  }

  function pumpLanes(): void {
    for (const scope of lanes.keys()) {
      if (lanesInFlight.size >= MAX_LANES) return;
      if (lanesInFlight.has(scope)) continue;
      lanesInFlight.add(scope);
      track(writeLane(scope), () => {
        lanesInFlight.delete(scope);
        pumpLanes();
      });
    }
  }

  function track(work: Promise<void>, next: () => void): void {
    const done = work.finally(() => {
      running.delete(done);
      next();
    });
    running.add(done);
  }

  function takeGroup(): Waiting[] {
    const free: Waiting[] = [];
    for (const waiting of queue) if (!joinLane(waiting)) free.push(waiting);
    const [group, later] = split(free);
    queue = later;
    return group;
  }

  /** The first that may share a statement, and the rest. */
  function split(all: readonly Waiting[]): [group: Waiting[], later: Waiting[]] {
    const keys = new Set<string>();
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    for (const waiting of all) {
      const key = options.keyOf(waiting.item);
      if (group.length >= options.maxGroup || keys.has(key)) later.push(waiting);
      else {
        keys.add(key);
        group.push(waiting);
      }
    }
    return [group, later];
  }

  function joinLane(waiting: Waiting): boolean {
    const lane = lanes.get(options.scopeOf(waiting.item));
    lane?.waiting.push(waiting);
    return lane !== undefined;
  }

  function openLane(waiting: Waiting): void {
    if (joinLane(waiting)) return;
    lanes.set(options.scopeOf(waiting.item), { waiting: [waiting], since: performance.now() });
    queueMicrotask(pumpLanes); // when all of the group that belong into it are in it
  }

  /** Settles all of a group, or throws when nothing was written. */
  async function write(group: readonly Waiting[], wait: LockWait): Promise<void> {
    const items = group.map(({ item }) => item);
    const results = await options.write(items, wait);
    for (const [i, waiting] of group.entries()) {
      const result = results[i]!;
      if (result === LOCKED) openLane(waiting);
      else waiting.resolve(result);
    }
  }

  async function writeGroup(group: Waiting[]): Promise<void> {
    try {
      await write(group, 'briefly');
    } catch (error) {
      if (isTooLong(error)) await writeUnlocked(group);
      else if (isDatabaseAway(error)) rejectAll(group, error);
      else for (const waiting of group) await writeAlone(waiting, 'briefly');
    }
  }

  async function writeUnlocked(group: Waiting[]): Promise<void> {
    const scopes = new Set(group.map(({ item }) => options.scopeOf(item)));
    if (scopes.size === 1) for (const waiting of group) openLane(waiting);
    else await write(group, 'never').catch((error) => rejectAll(group, error));
  }

  async function writeAlone(waiting: Waiting, wait: LockWait): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await write([waiting], wait);
      } catch (error) {
        if (wait === 'briefly' && isTooLong(error)) return openLane(waiting);
        if (attempt >= MAX_REPEATS || !options.isWorthRepeating(error)) return waiting.reject(error);
      }
    }
  }

  async function writeLane(scope: string): Promise<void> {
    const lane = lanes.get(scope)!;
    let error: unknown = performance.now() - lane.since > options.maxWaitMs ? unavailable() : undefined;
    while (lane.waiting.length > 0) {
      const [group, later] = error ? [lane.waiting, []] : split(lane.waiting);
      lane.waiting = later;
      if (!error) error = await writeInLane(group);
      else rejectAll(group, error);
    }
    lanes.delete(scope);
  }

  /** The error, when there is no sense in trying the rest. */
  async function writeInLane(group: readonly Waiting[]): Promise<unknown> {
    try {
      await write(group, 'long');
    } catch (error) {
      if (isDatabaseAway(error)) {
        rejectAll(group, error);
        return error;
      }
      for (const waiting of group) await writeAlone(waiting, 'long');
    }
    return undefined;
  }

  function rejectAll(group: readonly Waiting[], error: unknown): void {
    for (const { reject } of group) reject(error);
  }

  function waitingNow(): number {
    let count = queue.length;
    for (const { waiting } of lanes.values()) count += waiting.length;
    return count;
  }

  return {
    write(item: Item): Promise<Result> {
      if (waitingNow() >= options.maxQueued) return Promise.reject(unavailable());
      return new Promise((resolve, reject) => {
        const waiting = { item, resolve, reject };
        if (joinLane(waiting)) return;
        queue.push(waiting);
        pump();
      });
    },
    /** Resolves when nothing is under way any more. */
    async idle(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
