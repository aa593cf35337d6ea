import { startEmbeddedPostgres } from '../../server/embedded-postgres.ts';

/**
 * A program: `hold-postgres.ts DATA_DIR [UID]` has the embedded PostgreSQL until SIGTERM, prints its URL once it runs, and
 * prints and exits with 1 what an operator would read. With a UID it first becomes that user.
 */
const [dataDir = '', uid] = process.argv.slice(2);
if (uid) {
  process.setgroups?.([]);
  process.setgid?.(Number(uid));
  process.setuid?.(Number(uid));
}
try {
  const log = { info() {}, warn: console.error, error: console.error };
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  const keepAlive = setInterval(() => {}, 60_000);
  process.once('SIGTERM', async () => {
    await postgres.stop();
    clearInterval(keepAlive);
  });
  console.log(postgres.url);
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
}
