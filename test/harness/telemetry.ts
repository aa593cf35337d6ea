import type { TestContext } from 'node:test';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { createTestDatabase } from './postgres.ts';
import { type Env, startProcess } from './server.ts';

/** One process as operators run it, with start.ts preloaded, and a database of its own. */
export async function start(t: { after(work: () => Promise<void>): void }, env: Env = {}) {
  const database = await createTestDatabase();
  const starting = startProcess(database.url, env);
  t.after(async () => {
    await (await starting).stop();
    await database.drop();
  });
  return { database, server: await starting };
}

export async function startReceiver(
  t: TestContext,
  options?: Parameters<typeof startOtlpReceiver>[0],
): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options);
  t.after(() => receiver.stop());
  return receiver;
}
