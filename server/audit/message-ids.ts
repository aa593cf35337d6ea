import type { Tally, WholeCheck } from './check.ts';

/** Ids looked at by one statement: about a tenth of a second from the primary key alone. */
const PAGE = 100_000;
const LOWEST = '00000000-0000-0000-0000-000000000000';

type Page = Tally & { readonly next: string | null };

/** D2: an id names one message, and the database refuses a second. */
export const messageIds: WholeCheck = {
  claims: [
    {
      name: 'message ids',
      promise: 'D2',
      level: 'error',
      says: 'every message id stands once, and a unique index guards it',
    },
  ],
  async *inspect(db) {
    yield await db.$queryRaw<Tally[]>`/* audit_message_id_index */
      WITH guard AS (
        SELECT count(*) AS indexes FROM pg_index i
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = 'message'::regclass AND a.attname = 'id' AND i.indnatts = 1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
      )
      SELECT 'message ids' AS claim, 0::float8 AS checked, (indexes = 0)::int::float8 AS findings,
        CASE WHEN indexes = 0 THEN ARRAY['no valid unique index guards message.id'] ELSE '{}' END AS examples
      FROM guard`;
    let from: string | null = LOWEST;
    while (from !== null) {
      const [page]: Page[] = await db.$queryRaw<Page[]>`/* audit_message_ids */
        WITH page AS MATERIALIZED (
          SELECT id FROM message WHERE id >= ${from}::uuid ORDER BY id FETCH FIRST (${PAGE}::int) ROWS WITH TIES
        ), stepped AS (
          SELECT id, id = lag(id) OVER (ORDER BY id) AS again FROM page
        )
        SELECT 'message ids' AS claim, count(*)::float8 AS checked, (count(*) FILTER (WHERE again))::float8 AS findings,
          coalesce((array_agg(format('message %s stands more than once', id) ORDER BY id) FILTER (WHERE again))[1:5], '{}') AS examples,
          (SELECT m.id::text FROM message m WHERE m.id > (SELECT p.id FROM page p ORDER BY p.id DESC LIMIT 1) ORDER BY m.id LIMIT 1) AS next
        FROM stepped`;
      yield [{ claim: page!.claim, checked: page!.checked, findings: page!.findings, examples: page!.examples }];
      from = page!.next;
    }
  },
};
