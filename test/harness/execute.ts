import pg from 'pg';

/** Runs SQL on a connection of its own and returns the rows of its last statement. */
export async function execute<Row = Record<string, unknown>>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  // A connection that breaks also rejects the query that runs on it; that is enough.
  client.on('error', () => {});
  await client.connect();
  try {
    const results = [await client.query(sql)].flat();
    return results.at(-1)!.rows as Row[];
  } finally {
    await client.end();
  }
}
