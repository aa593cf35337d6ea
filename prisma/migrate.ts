import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { ConfigError } from '../server/config.ts';
import { withMigrationLock, withOneConnection } from './migration-lock.ts';
import { readSchema, withSchemaEngine } from './schema-engine.ts';

/** Where the migrations stand: a folder each, named YYYYMMDDhhmmss_what, applied in the order of their names. */
export const migrationsDir = fileURLToPath(new URL('migrations', import.meta.url));

const filters = { externalTables: [], externalEnums: [] };

/**
 * Brings the database up to date and returns the names of the migrations that were applied. Several processes may call it
 * at once: one works, the others wait and find nothing left to do.
 *
 * @param upTo Name of the last migration to apply; default: all of them. For tests of what comes after it.
 */
export async function migrate(url: string, { upTo }: { upTo?: string } = {}): Promise<string[]> {
  return withMigrationLock(url, async (pool) => {
    const migrationsList = await readMigrations(upTo);
    return withSchemaEngine(
      pool,
      async (engine) => {
        const { failedMigrationNames } = await engine.diagnoseMigrationHistory({
          migrationsList,
          optInToShadowDatabase: false,
          filters,
        });
        // Each runs as one transaction, and the lock says that none is running now: what is not finished left nothing behind.
        for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
        const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
        return appliedMigrationNames;
      },
      (script) => finishInside(script, migrationsList),
    );
  }).catch((error: unknown) => {
    throw error instanceof ConfigError ? error : new Error(`Migrating the database failed. ${words(error)}`);
  });
}

/**
 * The engine notes that a migration is finished in a statement of its own, afterwards. Killed in between, it would not know
 * at the next start. So the note becomes part of the migration's transaction: only one is ever unfinished. Except for what
 * must stand alone because it runs outside of transactions; write that so that it may be repeated (IF NOT EXISTS).
 */
function finishInside(script: string, { migrationDirectories }: MigrationList): string {
  const isMigration = migrationDirectories.some(({ migrationFile }) => migrationFile.content.value === script);
  if (!isMigration || /\bCONCURRENTLY\b/i.test(script)) return script;
  return `${script}
;UPDATE "_prisma_migrations" SET "finished_at" = now() WHERE "finished_at" IS NULL AND "rolled_back_at" IS NULL`;
}

/** The engine's message without the trace of its own insides. */
function words(error: unknown): string {
  const { message } = error as Error;
  const name = /migration_name="([^"]+)"/.exec(message)?.[1];
  return `${name ? `${name}: ` : ''}${message.split('\n   0: ')[0]!.trim()}`;
}

/**
 * The SQL that would turn the database into what schema.prisma describes; empty when they agree. What Prisma's language
 * does not have (CHECK constraints, functions, storage settings) it does not see.
 */
export async function diffFromSchema(url: string): Promise<string> {
  const schema = await readSchema();
  const { stdout } = await withOneConnection(url, (pool) =>
    withSchemaEngine(pool, (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', ...schema, configDir: migrationsDir },
        to: { tag: 'schemaDatamodel', ...schema },
        script: true,
        exitCode: null,
        filters,
      }),
    ),
  );
  const sql = stdout?.trim() ?? '';
  return sql === '-- This is an empty migration.' ? '' : sql;
}

export async function readMigrations(upTo?: string): Promise<MigrationList> {
  const entries = await readdir(migrationsDir, { withFileTypes: true });
  const names = entries.filter((e) => e.isDirectory()).map((e) => e.name);
  const wanted = names.sort().slice(0, upTo === undefined ? names.length : names.indexOf(upTo) + 1);
  if (upTo !== undefined && wanted.length === 0) throw new Error(`There is no migration "${upTo}".`);
  return {
    baseDir: migrationsDir,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(migrationsDir, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      wanted.map(async (path) => {
        const value = await readFile(join(migrationsDir, path, 'migration.sql'), 'utf8');
        return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
      }),
    ),
  };
}
