import pg from 'pg';

const PER_CONVERSATION = 100;
const CUSTOMERS = 10_000;
const AGENTS = 100;
/** Conversations at a time: progress, and transactions that a small machine takes. */
const BATCH = 5_000;

/**
 * Fills a migrated database, past the server: conversations of a hundred messages between a customer and an agent, over the
 * two years before now, closed, all delivered and read. Ids are UUIDs of version 7 of their time, as clients make them.
 */
export async function fillDatabase(databaseUrl: string, messages: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO participant (id, external_id, name, role)
       SELECT uuidv7(interval '-2 years' + n * interval '1 second'), 'filled-' || n, 'Filled ' || n,
              (CASE WHEN n <= $1 THEN 'AGENT' ELSE 'CUSTOMER' END)::"Role"
       FROM generate_series(1, $2::int) n`,
      [AGENTS, AGENTS + CUSTOMERS],
    );
    const conversations = Math.ceil(messages / PER_CONVERSATION);
    for (let first = 0; first < conversations; first += BATCH) {
      await client.query(batch, [first, Math.min(first + BATCH, conversations) - 1, conversations]);
      process.stderr.write(`\rstored: ${Math.min(messages, (first + BATCH) * PER_CONVERSATION).toLocaleString('en')} `);
    }
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

const batch = `
  WITH customer AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM participant WHERE external_id LIKE 'filled-%' AND role = 'CUSTOMER'),
  agent AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM participant WHERE external_id LIKE 'filled-%' AND role = 'AGENT'),
  talk AS MATERIALIZED (
    SELECT uuidv7(ago) AS id, now() + ago AS at, ago, customer.id AS customer, agent.id AS agent
    FROM generate_series($1::int, $2::int) AS number (i)
    CROSS JOIN LATERAL (SELECT interval '-2 years' + i * (interval '725 days' / $3::int) AS ago) AS time
    JOIN customer ON customer.n = i % ${CUSTOMERS} JOIN agent ON agent.n = i % ${AGENTS}
  ),
  conversations AS (
    INSERT INTO conversation (id, status, head_seq, starter_id, assignee_id, created_at, closed_at)
    SELECT id, 'CLOSED', ${PER_CONVERSATION}, customer, agent, at, at + interval '1 hour' FROM talk
  ),
  activities AS (
    INSERT INTO conversation_activity (conversation_id, at) SELECT id, at + interval '1 hour' FROM talk
  ),
  members AS (
    INSERT INTO member (conversation_id, participant_id, delivered_seq, read_seq, joined_at)
    SELECT id, unnest(ARRAY[customer, agent]), ${PER_CONVERSATION}, ${PER_CONVERSATION}, at FROM talk
  )
  INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, created_at)
  SELECT uuidv7(ago + seq * interval '30 seconds'), id, seq, CASE seq % 2 WHEN 0 THEN agent ELSE customer END,
         'The order was sent on Monday and is to arrive within the week.', sha256('filled'),
         date_trunc('milliseconds', at + seq * interval '30 seconds')
  FROM talk, generate_series(1, ${PER_CONVERSATION}) seq`;
