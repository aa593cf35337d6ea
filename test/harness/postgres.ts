import { after } from 'node:test';
import { execute } from './execute.ts';
import { databaseUrl, startTestCluster, type TestCluster } from './test-cluster.ts';

/** A database of a test file's own. */
export type TestDatabase = {
  url: string;
  /** Also ends whatever is still connected. */
  drop(): Promise<void>;
};

/** Set by `npm test`, which starts one PostgreSQL for all files. */
const { PARLEY_TEST_POSTGRES_URL: sharedUrl, PARLEY_TEST_TEMPLATE: sharedTemplate } = process.env;

/** @param empty Without any table, for tests of the migrations themselves. */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const { adminUrl, template } = await cluster();
  const name = `test_${process.pid}_${++created}`;
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${empty ? 'template0' : template}`);
  open.add(name);
  return {
    url: databaseUrl(adminUrl, name),
    async drop() {
      if (!open.delete(name)) return;
      await execute(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
      if (fileIsOver && open.size === 0) await stopOwn();
    },
  };
}

let created = 0;
const open = new Set<string>();

/** Only where a file is run by itself (`node --test FILE`): a PostgreSQL for this file alone. */
let own: Promise<TestCluster> | undefined;
let fileIsOver = false;

async function cluster(): Promise<Pick<TestCluster, 'adminUrl' | 'template'>> {
  if (sharedUrl && sharedTemplate) return { adminUrl: sharedUrl, template: sharedTemplate };
  if (!own) {
    own = startTestCluster();
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => stopOwn().then(() => process.exit(1)));
  }
  return own;
}

async function stopOwn(): Promise<void> {
  const started = own;
  own = undefined;
  await (await started)?.stop();
}

// Hooks run in the order of their registration, so this one comes before the file's own, which may still need PostgreSQL:
// then the last drop() stops it. Where there is a shared one, this may not even be a test.
if (!sharedUrl)
  after(async () => {
    fileIsOver = true;
    if (open.size === 0) await stopOwn();
  });
