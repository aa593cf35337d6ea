import { after, before, describe, type TestContext, test } from 'node:test';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { type Env, startInProcess, startProcess, type TestServer } from './server.ts';

/** Parley as it may be run: every promise must hold in each form. */
export type Topology = {
  readonly database: TestDatabase;
  readonly redis: TestRedis | undefined;
  /** One, or two that share database and Redis: tests connect senders to the first and readers to the last. */
  readonly servers: readonly TestServer[];
  readonly first: TestServer;
  readonly last: TestServer;
};

const forms = ['one process', 'two processes on Redis'] as const;
export type Form = (typeof forms)[number];

/** Started for the test and stopped after it: servers first, then what they stand on. */
export async function startTopology(t: Pick<TestContext, 'after'>, form: Form, env: Env = {}): Promise<Topology> {
  const database = await createTestDatabase();
  const redis = form === 'one process' ? undefined : await startRedis();
  const starting = redis
    ? [1, 2].map(() => startProcess(database.url, { REDIS_URL: redis.url, ...env }))
    : [startInProcess(database.url, env)];
  t.after(async () => {
    const servers = await Promise.allSettled(starting);
    await Promise.all(servers.map((server) => server.status === 'fulfilled' && server.value.stop()));
    await redis?.close();
    await database.drop();
  });
  const servers = await Promise.all(starting);
  return { database, redis, servers, first: servers[0]!, last: servers.at(-1)! };
}

/** Declares a test once for each form. */
export function inEveryForm(name: string, run: (t: TestContext, form: Form) => Promise<void>): void {
  describe(name, () => {
    for (const form of forms) test(form, (t) => run(t, form));
  });
}

/**
 * For tests that can share a topology in each form, because each makes participants and conversations of its own: the
 * processes are started once for all.
 */
export function onEveryTopology(declare: (topology: () => Topology, form: Form) => void, env: Env = {}): void {
  for (const form of forms) {
    describe(form, () => {
      const cleanUps: (() => unknown)[] = [];
      let topology: Topology | undefined;
      before(async () => {
        topology = await startTopology({ after: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) }, form, env);
      });
      after(async () => {
        for (const cleanUp of cleanUps) await cleanUp();
      });
      declare(() => topology!, form);
    });
  }
}
