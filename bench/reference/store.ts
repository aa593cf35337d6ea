import pg from 'pg';

/**
 * How the reference servers keep a message: seq, message and outbox row in one statement, committed before the answer – what
 * Parley promises too, without who may, idempotency, receipts and traces. They publish in process, at once after the commit.
 */
const tables = `
  CREATE TABLE conversation (id uuid PRIMARY KEY, head_seq int NOT NULL DEFAULT 0);
  CREATE TABLE message (
    id uuid PRIMARY KEY, conversation_id uuid NOT NULL, seq int NOT NULL, body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), UNIQUE (conversation_id, seq)
  );
  CREATE TABLE outbox (id bigserial PRIMARY KEY, conversation_id uuid NOT NULL, seq int NOT NULL);
`;

export type Sent = { readonly id: string; readonly conversationId: string; readonly body: string };

export const POOL_SIZE = 8;

export async function openStore(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, options: '-c synchronous_commit=on' });
  const published: string[] = [];
  const sweep = setInterval(() => {
    const ids = published.splice(0);
    if (ids.length > 0) void pool.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [ids]);
  }, 50);

  return {
    createTables: () => pool.query(tables),
    async start(conversationId: string): Promise<void> {
      await pool.query('INSERT INTO conversation (id) VALUES ($1) ON CONFLICT DO NOTHING', [conversationId]);
    },
    /** One statement for one message. */
    async send({ id, conversationId, body }: Sent): Promise<number> {
      const { rows } = await pool.query({
        name: 'send',
        text: `
          WITH c AS (UPDATE conversation SET head_seq = head_seq + 1 WHERE id = $1 RETURNING head_seq),
            m AS (INSERT INTO message (id, conversation_id, seq, body) SELECT $2, $1, head_seq, $3 FROM c RETURNING seq),
            o AS (INSERT INTO outbox (conversation_id, seq) SELECT $1, seq FROM m RETURNING id)
          SELECT m.seq, o.id FROM m, o`,
        values: [conversationId, id, body],
      });
      published.push(rows[0].id);
      return rows[0].seq;
    },
    /** One statement for many messages, of which no two are of one conversation. */
    async sendAll(messages: readonly Sent[]): Promise<number[]> {
      const { rows } = await pool.query({
        name: 'send_all',
        text: `
          WITH i AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS i(conversation_id, id, body, ord)),
            locked AS (SELECT c.id FROM conversation c JOIN i ON c.id = i.conversation_id ORDER BY c.id FOR NO KEY UPDATE OF c),
            c AS (UPDATE conversation c SET head_seq = head_seq + 1 FROM locked WHERE c.id = locked.id RETURNING c.id, head_seq),
            m AS (
              INSERT INTO message (id, conversation_id, seq, body)
              SELECT i.id, c.id, c.head_seq, i.body FROM i JOIN c ON c.id = i.conversation_id RETURNING id, conversation_id, seq
            ),
            o AS (INSERT INTO outbox (conversation_id, seq) SELECT conversation_id, seq FROM m RETURNING id, conversation_id)
          SELECT m.seq, o.id FROM i JOIN m ON m.id = i.id JOIN o ON o.conversation_id = m.conversation_id ORDER BY i.ord`,
        values: [messages.map((m) => m.conversationId), messages.map((m) => m.id), messages.map((m) => m.body)],
      });
      for (const { id } of rows) published.push(id);
      return rows.map(({ seq }) => seq);
    },
    async stop(): Promise<void> {
      clearInterval(sweep);
      await pool.end();
    },
  };
}

export type Store = Awaited<ReturnType<typeof openStore>>;

/** What the bench needs to know of a server that it has started. */
export function announce(port: number, stop: () => Promise<unknown>): void {
  process.send?.({ port });
  process.once('disconnect', () => void stop().finally(() => process.exit()));
}
