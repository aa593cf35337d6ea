import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { seededRandom } from '../../bench/replay/seeded-random.ts';
import { diffFromSchema, migrate, migrationsDir } from '../../prisma/migrate.ts';
import { judge } from '../faults/judge.ts';
import { Load } from '../faults/load.ts';
import { openWorld } from '../faults/world.ts';
import { importClient } from '../harness/client-code.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { layOutPreviousRelease } from './previous-release.ts';
import { READ, readSchemaOffer, type SchemaOffer, usedBy, whatContracted } from './schema-offer.ts';
import { liveThrough } from './whole-life.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** It goes on all the time, so the machine is left something for the processes that start meanwhile. */
const LOAD = { conversations: 2, messages: 60, perSecond: 20, patienceMs: 90_000 };

describe('a rolling upgrade', () => {
  test('D9: this release and the one before serve side by side under load, forwards and back', async (t) => {
    const { folder, remove } = await layOutPreviousRelease();
    t.after(remove);
    const fresh = await newMigrations(folder);
    const world = await openWorld({ release: folder });
    t.after(() => world.close());
    const [first, second] = world.slots;
    const { database } = world;
    const before = usedBy(await readRelease(folder), await readSchemaOffer(database.url));
    const load = await Load.open(world, LOAD, seededRandom('a rolling upgrade'), await importClient(folder));
    await load.gain(10);

    // Expand, under the load of the release before, which goes on.
    assert.deepEqual(await migrate(database.url), fresh);
    assert.deepEqual(whatContracted(before, await readSchemaOffer(database.url)), []);
    assert.equal(await diffFromSchema(database.url), '');
    await load.recovers();

    // Side by side: customers talk through the old process, their agents through the new one.
    await second.start();
    await load.recovers();
    await load.gain(10);
    await Promise.all([
      liveThrough(t, { writtenAt: first.server, readAt: second.server, database }),
      liveThrough(t, { writtenAt: second.server, readAt: first.server, database }),
    ]);

    // The old one leaves, is called back, and leaves for good.
    assert.equal(await first.stop(), 0);
    await load.recovers();
    await load.gain(10);
    await first.start({}, folder);
    await load.recovers();
    await load.gain(10);
    assert.equal(await first.stop(), 0);

    await load.finish();
    const findings = await judge(world, load);
    assert.deepEqual(
      findings.map(({ kind, what }) => `${kind}: ${what}`),
      [],
    );
  });

  test('what takes something from the release before is noticed', async (t) => {
    const database = await createTestDatabase();
    t.after(() => database.drop());
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const read = async () => (await client.query<{ offer: SchemaOffer }>(READ)).rows[0]!.offer;
    const release = await readRelease(root);
    const offer = await read();
    const before = usedBy(release, offer);
    const isIgnored = { ...release, schema: release.schema.replace(/(\n +platform +String\?)/, '$1 @ignore') };
    const found: Record<string, string[]> = {};
    for (const migration of Object.keys(contracting)) {
      await client.query(`BEGIN; ${migration}`);
      found[migration] = whatContracted(before, await read());
      await client.query('ROLLBACK');
    }
    await client.query('ALTER TABLE session DROP COLUMN platform');
    assert.deepEqual(whatContracted(usedBy(isIgnored, offer), await read()), [], 'nobody uses it any more');
    await client.end();
    assert.deepEqual(found, contracting);
  });
});

/** Migrations, and what is said of them. */
const contracting: Record<string, string[]> = {
  'ALTER TABLE session DROP COLUMN platform': ['session.platform is gone'],
  'ALTER TABLE session RENAME platform TO system': ['session.platform is gone'],
  'ALTER TABLE demo ALTER seed TYPE varchar(9)': ['demo.seed was text and is character varying(9)'],
  'ALTER TABLE session ALTER platform SET NOT NULL': ['session.platform may no longer be null'],
  'ALTER TABLE message ALTER version DROP DEFAULT': ['message.version has no default any more'],
  'ALTER TABLE demo ADD made_by text NOT NULL': ['demo.made_by is new, and must be given'],
  "ALTER TYPE \"Role\" RENAME VALUE 'MANAGER' TO 'BOSS'": ['the value "Role" MANAGER is gone'],
  'DROP FUNCTION kpi_add_since_midnight': [
    'kpi_add_since_midnight(timestamp with time zone) can no longer be called as it was',
  ],
  "ALTER TABLE demo ADD made_by text NOT NULL DEFAULT 'Ada'; ALTER TABLE session ALTER platform TYPE text": [],
  'ALTER TYPE "Role" ADD VALUE \'GUEST\'; CREATE TABLE news (id int NOT NULL)': [],
};

/** The names of those that came since; none that was there may have been touched. */
async function newMigrations(folder: string): Promise<string[]> {
  const theirs = join(folder, 'prisma', 'migrations');
  const read = (dir: string, name: string) => readFile(join(dir, name, 'migration.sql'), 'utf8');
  const [known, all] = await Promise.all([theirs, migrationsDir].map(migrationsIn));
  for (const name of known!)
    assert.equal(await read(migrationsDir, name), await read(theirs, name), `${name} is released, and was changed`);
  return all!.filter((name) => !known!.includes(name));
}

/** What tells of a release which of its schema it uses. */
async function readRelease(folder: string): Promise<{ schema: string; code: string }> {
  const server = join(folder, 'server');
  const names = await readdir(server, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts') && !name.startsWith('generated'));
  const texts = await Promise.all(sources.map((name) => readFile(join(server, name), 'utf8')));
  return { schema: await readFile(join(folder, 'prisma', 'schema.prisma'), 'utf8'), code: texts.join('\n') };
}

async function migrationsIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}
