import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { startEmbeddedPostgres } from '../server/embedded-postgres.ts';
import { diffFromSchema, migrate, migrationsDir, readMigrations } from './migrate.ts';

/**
 * `npm run migration -- NAME`, after a change of schema.prisma: writes the SQL that leads from the existing migrations to
 * it, found out on a database of its own. Read it before you commit it, and add what Prisma's language lacks.
 */
const [name = '', ...rest] = process.argv.slice(2);
if (!/^[a-z][a-z0-9_]*$/.test(name) || rest.length > 0) {
  console.error('Usage: npm run migration -- NAME    (lower case, digits and underscores, such as add_tags)');
  process.exit(2);
}

const sql = await missingSql();
const folder = join(migrationsDir, `${await nextTimestamp()}_${name}`);
await mkdir(folder);
await writeFile(join(folder, 'migration.sql'), sql ? `${sql}\n` : '-- By hand: schema.prisma asks for nothing.\n');
console.log(
  `${relative(process.cwd(), join(folder, 'migration.sql'))}${sql ? '' : ' (empty: schema.prisma asks for nothing new)'}`,
);

async function missingSql(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-migration-'));
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: { info() {}, warn: console.warn, error: console.error },
  });
  try {
    await migrate(postgres.url);
    return await diffFromSchema(postgres.url);
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  }
}

/** Now, as YYYYMMDDhhmmss; later than the newest there is, also where that one comes from a clock that is ahead. */
async function nextTimestamp(): Promise<string> {
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const { migrationDirectories } = await readMigrations();
  const newest = migrationDirectories.at(-1)?.path.slice(0, 14) ?? '';
  return now > newest ? now : String(BigInt(newest) + 1n);
}
