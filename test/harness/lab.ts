import type { TestContext } from 'node:test';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { startProxy, type TestProxy } from './proxy.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { type Env, startInProcess, startProcess, startRelay, type TestServer } from './server.ts';
import { type BusTap, tapBus } from './tap-bus.ts';

/**
 * For tests whose servers are not all alike, or come and go: PostgreSQL and Redis, and servers on them as they are asked
 * for. Taken apart in reverse when the test is over.
 */
export type Lab = {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  /** A process of its own, on this PostgreSQL and Redis unless env says otherwise. */
  startProcess(env?: Env): Promise<TestServer>;
  startInProcess(env?: Env): Promise<TestServer>;
  startRelay(env?: Env): Promise<TestServer>;
  startProxy(): Promise<TestProxy>;
  tapBus(): Promise<BusTap>;
};

export async function openLab(t: Pick<TestContext, 'after'>): Promise<Lab> {
  const cleanUps: (() => unknown)[] = [];
  const later = { after: (cleanUp: unknown) => void cleanUps.push(cleanUp as () => unknown) };
  t.after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });
  const database = await createTestDatabase();
  later.after(() => database.drop());
  const redis = await startRedis();
  later.after(() => redis.close());

  const serve =
    (start: typeof startRelay) =>
    async ({ DATABASE_URL = database.url, ...env }: Env = {}) => {
      const server = await start(DATABASE_URL, { DATABASE_URL, REDIS_URL: redis.url, ...env });
      later.after(() => server.stop());
      return server;
    };
  return {
    database,
    redis,
    startProcess: serve(startProcess),
    startInProcess: serve(startInProcess),
    startRelay: serve(startRelay),
    async startProxy() {
      const proxy = await startProxy(redis);
      later.after(() => proxy.close());
      return proxy;
    },
    tapBus: () => tapBus(later, redis),
  };
}
