import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type pg from 'pg';

const schemaPath = fileURLToPath(new URL('schema.prisma', import.meta.url));

/** schema.prisma as the engine wants it. */
export async function readSchema() {
  return { files: [{ path: schemaPath, content: await readFile(schemaPath, 'utf8') }] };
}

/**
 * Prisma's schema engine as it comes in npm, compiled to WebAssembly. The native engine that the `prisma` command runs is a
 * download of its own, which closed networks do not allow; this one is the same program on the database driver that the
 * server uses anyway, and keeps the same `_prisma_migrations`, so that either can take over from the other.
 *
 * @param rewrite Looks at each script before it runs.
 */
export async function withSchemaEngine<T>(
  pool: pg.Pool,
  work: (engine: bindings.SchemaEngine) => Promise<T>,
  rewrite: (script: string) => string = (script) => script,
): Promise<T> {
  await load();
  const { files } = await readSchema();
  const datamodels = files.map(({ path, content }): [string, string] => [path, content]);
  const inner = new PrismaPg(pool);
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: inner.provider,
    adapterName: inner.adapterName,
    connect: async () => adapt(await inner.connect(), rewrite),
    connectToShadowDb() {
      throw new Error('Nothing that is asked of the engine here needs a shadow database.');
    },
  });
  return work(await bindings.SchemaEngine.new({ datamodels }, () => {}, factory));
}

/** Not among the types of Node, which has it. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

declare global {
  /** Where the engine puts the words of a panic before it dies. */
  var PRISMA_WASM_PANIC_REGISTRY: { set_message(message: string): void };
}

let loaded: Promise<void> | undefined;

/** The package's own entry imports the .wasm as a module, of which Node still warns; so it is linked by hand. */
function load(): Promise<void> {
  loaded ??= (async () => {
    globalThis.PRISMA_WASM_PANIC_REGISTRY = {
      set_message(message) {
        throw new Error(`Prisma's schema engine gave up: ${message}`);
      },
    };
    const wasm = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
    const { instance } = await WebAssembly.instantiate(await readFile(wasm), {
      './schema_engine_bg.js': { ...bindings, ...timersThatEndWithTheWork() },
    });
    bindings.__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
  })();
  return loaded;
}

/**
 * The engine times its own locking by ten seconds, and never clears that timer; a command that migrates first would hang
 * around for as long. Its binding carries a hash in its name.
 */
function timersThatEndWithTheWork(): Record<string, unknown> {
  const name = Object.keys(bindings).find((key) => key.startsWith('__wbg_setTimeout_'));
  return name ? { [name]: (run: () => void, ms: number) => setTimeout(run, ms).unref() } : {};
}

/** Prisma's driver adapter, with two of its habits changed that a schema engine cannot live with. */
function adapt(
  adapter: Awaited<ReturnType<PrismaPg['connect']>>,
  rewrite: (script: string) => string,
): SqlDriverAdapter {
  // It cuts a script at every semicolon, also at those inside function bodies and comments. Sent whole, PostgreSQL cuts it
  // itself and runs it as one transaction: a migration that fails half-way leaves nothing behind.
  adapter.executeScript = async (sql) => {
    await adapter.executeRaw({ sql: rewrite(sql), args: [], argTypes: [] });
  };
  // It does not know PostgreSQL's one-byte type "char", of which the system catalogs are full, so that no database with
  // tables could be described. It does know arrays of it, which the engine never asks for: "char" passes as one of those
  // on its way through and gets its true name afterwards.
  const pool = adapter.underlyingDriver();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>;
  pool.query = (async (...args: unknown[]) => {
    const result = await query(...args);
    for (const field of result.fields ?? []) if (field.dataTypeID === oneByteChar) field.dataTypeID = oneByteCharArray;
    return result;
  }) as typeof pool.query;
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (params) => {
    const result = await queryRaw(params);
    const { CharacterArray, Character } = ColumnTypeEnum;
    return { ...result, columnTypes: result.columnTypes.map((type) => (type === CharacterArray ? Character : type)) };
  };
  return adapter;
}

/** OIDs from PostgreSQL's pg_type.dat. */
const oneByteChar = 18;
const oneByteCharArray = 1002;
