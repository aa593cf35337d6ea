import pg from 'pg';
import { migrate } from '../prisma/migrate.ts';
import { ConfigError } from '../server/config.ts';

/**
 * Makes a database a demo's, empty and marked as such before anything else is in it. What a demo left there before is
 * dropped. A database in which there is anything and no mark is somebody's installation, and is left alone.
 */
export async function openDemoDatabase(url: string, mark: { seed: string; madeAt: Date }): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    if (await has(client, 'demo')) await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    else if (await isUsed(client))
      throw new ConfigError(
        'This database belongs to an installation. A demo needs one of its own: choose another folder.',
      );
    await migrate(url);
    await client.query('INSERT INTO demo (seed, made_at) VALUES ($1, $2)', [mark.seed, mark.madeAt]);
  } finally {
    await client.end();
  }
}

/** A server makes keys at its first start, before it lets anybody in. Migrated and no more is what a demo was that got no further. */
const isUsed = async (client: pg.Client) =>
  (await has(client, 'installation_key')) || (await has(client, 'participant'));

async function has(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
  if (!rows[0].there) return false;
  const { rowCount } = await client.query(`SELECT 1 FROM ${pg.escapeIdentifier(table)} LIMIT 1`);
  return rowCount! > 0;
}
