import { after } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../harness/postgres.ts';
import { type Env, startInProcess, type TestServer } from '../harness/server.ts';

export type FileServer = TestServer & { readonly database: TestDatabase };

/**
 * One server and database for all tests of a file, stopped when they are over. Tests keep apart by making their own
 * participants and conversations.
 */
export async function startForFile(env: Env = {}, start = startInProcess): Promise<FileServer> {
  const database = await createTestDatabase();
  const starting = start(database.url, env);
  after(async () => {
    const [server] = await Promise.allSettled([starting]);
    if (server.status === 'fulfilled') await server.value.stop();
    await database.drop();
  });
  return { ...(await starting), database };
}
